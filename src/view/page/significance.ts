/** The significance level of comparisons, that of `diff` where no other is asked for. */
export const ALPHA = 0.05;
