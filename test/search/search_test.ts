import { assert, assertEquals, assertRejects } from "@std/assert";
import { drawRound, NoRound, type Spending } from "../../src/search/round.ts";
import { type AskedRun, type MeasuredRun, Search, type SearchTools } from "../../src/search/search.ts";
import { bestTrial, type Configuration, type Trial } from "../../src/search/trial.ts";

const LENGTH = { steps: 81, validateEvery: 9 };

const named = (i: number, length = LENGTH): Configuration => ({
  variant: `c${i}`,
  settings: { i },
  contentHash: `h${i}`,
  ...length,
});

/** Runs whose accuracy grows with their steps towards one that depends on their number. */
class FakeRuns implements SearchTools<Configuration> {
  readonly atOnce = 1;
  readonly asked: string[] = [];
  readonly dropped: string[] = [];
  trials: readonly Trial[] = [];
  steps = 0;
  private drawn = 0;
  private readonly at = new Map<string, number>();

  constructor(private readonly goal: (i: number) => number, private readonly most = Infinity) {}

  next = () => Promise.resolve(this.drawn < this.most ? named(this.drawn++) : undefined);
  known = () => undefined;
  endTrials = (lost: readonly Configuration[]) => {
    this.dropped.push(...lost.map(({ variant }) => variant));
    return Promise.resolve();
  };
  keep = (trials: readonly Trial[]) => {
    this.trials = trials;
    return Promise.resolve();
  };
  tune(asked: readonly AskedRun<Configuration>[]): Promise<readonly MeasuredRun[]> {
    return Promise.resolve(asked.map(({ configuration: { variant, settings }, stopAfter }) => {
      this.asked.push(`${variant}@${stopAfter}`);
      this.steps += stopAfter - (this.at.get(variant) ?? 0);
      this.at.set(variant, stopAfter);
      const goal = this.goal(Number(settings.i));
      if (Number.isNaN(goal)) return { failure: "the loss is not finite" };
      const history = [9, 18, 27, 54, 81].filter((step) => step <= stopAfter).map((step) => ({
        step,
        epoch: 1,
        loss: 1,
        learning_rate: 1,
        gradient_norm: 1,
        validation: { accuracy: goal * step / 81, loss: 1 },
      }));
      return { history, seconds: stopAfter };
    }));
  }
}

const spend = (budget: Spending["budget"], method: Spending["method"] = "halving"): Spending => ({
  budget,
  method,
});

Deno.test("halving tunes all a little, the best third three times as long, and the best of all to the end", async () => {
  const runs = new FakeRuns((i) => i / 10);
  // 9 to a ninth, 3 from there to a third, 1 to the end: 1 + 2/3 + 2/3 whole runs.
  const trials = await new Search(spend({ runs: 3 }), "accuracy", runs).run();
  const at = (step: number) =>
    runs.asked.filter((one) => one.endsWith(`@${step}`)).map((one) => one.split("@")[0]);
  const count = at(9).length;
  assertEquals([at(27).length, at(81).length], [Math.floor(count / 3), Math.max(1, Math.floor(count / 9))]);
  assert(runs.steps <= 3 * 81, `${runs.steps} steps`);
  assertEquals(at(81), [`c${count - 1}`]);
  assertEquals(bestTrial(trials, "accuracy")?.configuration.variant, `c${count - 1}`);
  assertEquals(runs.dropped.length, count - 1, "each that lost, once");
  assertEquals(
    bestTrial(trials, "loss")?.configuration.variant,
    `c${count - 1}`,
    "of those that came furthest",
  );
});

Deno.test("a random search tunes as many as the budget pays for to the end, and no more than there are", async () => {
  const runs = new FakeRuns((i) => -Math.abs(i - 3) / 10);
  const trials = await new Search(spend({ steps: 81 * 5 + 80 }, "random"), "accuracy", runs).run();
  assertEquals(runs.asked, ["c0@81", "c1@81", "c2@81", "c3@81", "c4@81"]);
  assertEquals(bestTrial(trials, "accuracy")?.configuration.variant, "c3");
  const few = new FakeRuns((i) => i, 2);
  assertEquals((await new Search(spend({ runs: 10 }, "random"), "accuracy", few).run()).length, 2);
});

Deno.test("a run that fails is compared with none", async () => {
  const runs = new FakeRuns((i) => i % 2 === 0 ? NaN : i / 10);
  const trials = await new Search(spend({ runs: 4 }, "random"), "accuracy", runs).run();
  assertEquals(trials.map(({ failure }) => failure !== undefined), [true, false, true, false]);
  assertEquals(bestTrial(trials, "accuracy")?.configuration.variant, "c3");
});

Deno.test("a budget of time ends with the configuration that is being tuned", async () => {
  const runs = new FakeRuns((i) => i / 10);
  await new Search(spend({ seconds: 100 }, "random"), "accuracy", runs).run();
  assertEquals(runs.asked, ["c0@81", "c1@81"]);
  const halved = new FakeRuns((i) => i / 10);
  await new Search(spend({ seconds: 1 }), "accuracy", halved).run();
  assertEquals(halved.asked, ["c0@9"]);
});

Deno.test("what was measured before is taken over, from the same draws", async () => {
  const whole = new FakeRuns((i) => (i * 7 % 10) / 10);
  await new Search(spend({ runs: 3 }), "accuracy", whole).run();
  const before = whole.trials.map((trial) => ({ ...trial, rungs: trial.rungs.slice(0, 1) }));
  const again = new FakeRuns((i) => (i * 7 % 10) / 10);
  const known = ({ variant }: Configuration, step: number) =>
    before.find(({ configuration }) => configuration.variant === variant)?.rungs.find((one) =>
      one.step === step
    );
  const trials = await new Search(spend({ runs: 3 }), "accuracy", Object.assign(again, { known })).run();
  assertEquals(trials, whole.trials);
  assertEquals(again.asked, whole.asked.filter((one) => !one.endsWith("@9")));
});

Deno.test("a budget that is less than a run, and runs with one validation, are refused", async () => {
  const once = () => Promise.resolve(named(0, { steps: 9, validateEvery: 9 }));
  const reason = async (spending: Spending, next = () => Promise.resolve(named(0))) =>
    (await assertRejects(() => drawRound(spending, next), NoRound)).reason;
  assertEquals(await reason(spend({ steps: 80 })), "too dear");
  assertEquals(await reason(spend({ runs: 3 }), once), "one validation");
});
