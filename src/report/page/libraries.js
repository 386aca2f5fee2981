/** The libraries of the page's charts, whose own scripts come before this one. */
export const { d3, Plot } = globalThis;
