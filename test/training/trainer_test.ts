import { assert, assertEquals, assertRejects } from "@std/assert";
import { symbol } from "../../src/compiler/graph/dimension.ts";
import {
  DeviceError,
  float32Tensor,
  type ResidentSession,
  scalarTensor,
  type Tensor,
} from "../../src/device/device.ts";
import type { TrainingSpec } from "../../src/experiment/types.ts";
import type { Parameters } from "../../src/training/early_stopping.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { CheckpointTimer } from "../../src/training/checkpoint_timer.ts";
import { tune, type Tuned, type TuningEvent, type TuningTask } from "../../src/training/trainer.ts";
import { Interrupted, Stopped, TrainingError } from "../../src/training/training_error.ts";
import { onDevice, residentSession } from "./resident.ts";

/** A step that pulls each number of the prompt towards the mean label of the batch, with a state that counts. */
function pulling(breaksAt = Infinity): ResidentSession {
  return residentSession((feeds) => {
    const prompt = feeds.prompt!.data as Float32Array;
    const labels = Array.from(feeds.labels!.data, Number);
    const target = labels.reduce((a, b) => a + b, 0) / labels.length;
    const gradient = prompt.map((x) => x - target);
    const step = Number(feeds.step!.data[0]);
    const loss = step === breaksAt ? NaN : gradient.reduce((sum, g) => sum + g * g / 2, 0);
    return {
      loss: scalarTensor(loss),
      gradient: float32Tensor(gradient, feeds.prompt!.dims),
      ...descended({ ...feeds, gradient: float32Tensor(gradient, feeds.prompt!.dims) }),
    };
  });
}

/** The optimizer of that step alone. */
const descending: ResidentSession = residentSession(descended);

function descended(feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const prompt = feeds.prompt!.data as Float32Array;
  const gradient = feeds.gradient!.data as Float32Array;
  const rate = Number(feeds.learning_rate!.data[0]);
  const count = feeds.count!.data as Float32Array;
  return {
    prompt_next: float32Tensor(prompt.map((x, i) => x - rate * gradient[i]!), feeds.prompt!.dims),
    count_next: float32Tensor(count.map((x) => x + 1), feeds.prompt!.dims),
  };
}

const NO_HISTORY = { bytes: 0, sha256: "" };

const spec: TrainingSpec = {
  optimizer: { name: "adamw", learningRate: 0.1, weightDecay: 0 },
  schedule: { name: "linear", warmupSteps: 0 },
  batchSize: 4,
  accumulate: 1,
  epochs: 3,
  clipNorm: 0,
  logEvery: 2,
};

function task(changes: Partial<TuningTask> = {}): TuningTask {
  const examples = Array.from({ length: 20 }, (_, i) => ({
    ids: Array.from({ length: 3 + i % 5 }, () => 1),
    positions: Array.from({ length: 3 + i % 5 }, (_, p) => p),
    promptRows: [0, 1],
    answerRow: 2,
    truncated: 0,
    label: Number(i % 3 === 0),
  }));
  const prompt = float32Tensor(Float32Array.of(5, -3), [2, 1]);
  return {
    trainStep: pulling(),
    update: descending,
    state: [{ name: "count", shape: [symbol("length"), 1] }],
    parameters: { prompt },
    examples,
    padId: 0,
    verbalizer: {},
    spec,
    seed: 0,
    // Checkpoints take no time here: each epoch ends with one.
    timer: new CheckpointTimer({ now: () => 0 }),
    ...changes,
  };
}

async function follow(given: TuningTask): Promise<{ events: TuningEvent[]; result: Tuned }> {
  const events: TuningEvent[] = [];
  const running = tune(given);
  for (;;) {
    const { done, value } = await running.next();
    if (done) return { events, result: value };
    events.push(value);
  }
}

const checkpoints = (events: readonly TuningEvent[]) =>
  events.flatMap((event) => event.kind === "checkpoint" ? [event.checkpoint] : []);
const lines = (events: readonly TuningEvent[]) =>
  events.flatMap((event) => event.kind === "history" ? [event.line] : []);

Deno.test("a batch taken in parts, also unequal ones, moves the prompt as it does in one", async () => {
  const whole = await follow(task());
  for (const accumulate of [2, 3, 4]) {
    const parts = await follow(task({ spec: { ...spec, accumulate } }));
    assert(
      Math.abs(
        Number(parts.result.parameters.prompt!.data[0]) - Number(whole.result.parameters.prompt!.data[0]),
      ) < 1e-6,
    );
    assertEquals(parts.result.steps, whole.result.steps);
    for (const [i, line] of lines(parts.events).entries()) {
      assert(Math.abs(line.gradient_norm - lines(whole.events)[i]!.gradient_norm) < 1e-5);
    }
  }
});

Deno.test("tuning takes the steps asked for, logs them and gives the last prompt", async () => {
  const { events, result } = await follow(task());
  assertEquals([result.steps, result.bestStep], [15, 15]);
  assertEquals(lines(events).map(({ step }) => step), [2, 4, 5, 6, 8, 10, 12, 14, 15]);
  assertEquals(lines(events).map(({ epoch }) => epoch), [1, 1, 1, 2, 2, 2, 3, 3, 3]);
  assertEquals(checkpoints(events).map(({ step }) => step), [5, 10, 15]);
  assertEquals(Array.from(checkpoints(events)[2]!.state.count!.data, Number), [15, 15]);
});

Deno.test("a task that stops after some steps goes on from there to the same bits, with the learning rates of the whole", async () => {
  const whole = await follow(task());
  const found: TuningEvent[] = [];
  let kept: Checkpoint | undefined;
  const upTo = async (stopAfter: number) => {
    const stopped = await assertRejects(async () => {
      const from = kept === undefined ? {} : { resume: kept };
      for await (const event of tune(task({ ...from, stopAfter }))) {
        found.push(event);
        if (event.kind === "checkpoint") kept = event.checkpoint;
      }
    }, Stopped);
    assertEquals([stopped.message, kept!.step], [`stopped after step ${stopAfter} of 15`, stopAfter]);
  };
  // The last step is no end: what is tuned may not be wanted.
  for (const stopAfter of [5, 5, 10, 15]) await upTo(stopAfter);
  const last = await follow(task({ resume: kept! }));
  assertEquals(last.result.parameters, whole.result.parameters);
  assertEquals([last.result.bestStep, last.events], [whole.result.bestStep, []]);
  assertEquals(lines(found), lines(whole.events));
});

Deno.test("the same seed gives the same bits, another seed others", async () => {
  const bits = async (seed: number) => (await follow(task({ seed }))).result.parameters.prompt!.data;
  assertEquals(await bits(0), await bits(0));
  assert((await bits(0))[0] !== (await bits(1))[0]);
});

Deno.test("the best prompt on the validation set is kept, and tuning stops early", async () => {
  const accuracies = [0.5, 0.9, 0.8, 0.7, 0.6];
  const validate = () => Promise.resolve({ accuracy: accuracies.shift()!, loss: 1 });
  const { events, result } = await follow(
    task({ validate, spec: { ...spec, epochs: 5, earlyStopping: { metric: "accuracy", patience: 2 } } }),
  );
  assertEquals([result.steps, result.bestStep], [20, 10]);
  assertEquals(result.parameters.prompt!.data, checkpoints(events)[1]!.parameters.prompt!.data);
  assertEquals(lines(events).flatMap(({ validation }) => validation?.accuracy ?? []), [0.5, 0.9, 0.8, 0.7]);
});

Deno.test("validations come after as many steps as asked for, and after the last, and change no step", async () => {
  const plain = await follow(task());
  const validate = () => Promise.resolve({ accuracy: 0.5, loss: 1 });
  const { events, result } = await follow(task({ validate, spec: { ...spec, validateEvery: 4 } }));
  const validated = lines(events).filter(({ validation }) => validation !== undefined);
  assertEquals(validated.map(({ step }) => step), [4, 8, 12, 15]);
  const last = (events: TuningEvent[]) => checkpoints(events).at(-1)!.parameters.prompt!.data;
  assertEquals(last(events), last(plain.events));
  assertEquals([result.steps, result.bestStep], [15, 4]);
});

Deno.test("a run that resumes from a checkpoint ends with the same bits", async () => {
  const whole = await follow(
    task({ validate: ({ prompt }) => Promise.resolve({ accuracy: Number(prompt!.data[0]), loss: 0 }) }),
  );
  for (const checkpoint of checkpoints(whole.events).slice(0, 2)) {
    const { checkpoint: resume } = await decodeCheckpoint(
      await encodeCheckpoint({ checkpoint, history: NO_HISTORY }),
    );
    const rest = await follow(
      task({
        resume,
        validate: ({ prompt }) => Promise.resolve({ accuracy: Number(prompt!.data[0]), loss: 0 }),
      }),
    );
    assertEquals(rest.result.parameters.prompt!.data, whole.result.parameters.prompt!.data);
    assertEquals(rest.result.bestStep, whole.result.bestStep);
    assertEquals(lines(rest.events), lines(whole.events).filter(({ step }) => step > checkpoint.step));
  }
});

/** A checkpoint after each step. */
class EveryStep extends CheckpointTimer {
  override isDue(): boolean {
    return true;
  }
}

Deno.test("a run that resumes after any step, also within an epoch, ends with the same bits, history and stop", async () => {
  const measured = ({ prompt }: Parameters) =>
    Promise.resolve({ accuracy: Math.round(Number(prompt!.data[0])), loss: Number(prompt!.data[1]) ** 2 });
  for (const accumulate of [1, 3]) {
    const asked = {
      validate: measured,
      spec: {
        ...spec,
        accumulate,
        epochs: 6,
        logEvery: 3,
        earlyStopping: { metric: "accuracy", patience: 2 },
      },
    } as const;
    const plain = await follow(task(asked));
    const whole = await follow(task({ ...asked, timer: new EveryStep() }));
    assertEquals(lines(whole.events), lines(plain.events), "checkpoints change nothing");
    assertEquals(whole.result.parameters, plain.result.parameters);
    assert(whole.result.steps < 30, "it stops early");
    const kept = checkpoints(whole.events);
    assertEquals(kept.map(({ step }) => step), Array.from({ length: whole.result.steps }, (_, i) => i + 1));
    for (const checkpoint of kept) {
      const { checkpoint: from } = await decodeCheckpoint(
        await encodeCheckpoint({ checkpoint, history: NO_HISTORY }),
      );
      const rest = await follow(task({ ...asked, resume: from }));
      const { seconds: _, examplesPerSecond: __, ...result } = rest.result;
      assertEquals({ ...whole.result, ...result }, whole.result, `after step ${checkpoint.step}`);
      assertEquals(lines(rest.events), lines(whole.events).filter(({ step }) => step > checkpoint.step));
    }
  }
});

Deno.test("an interruption emits a checkpoint within an epoch, which resumes to the same bits", async () => {
  const whole = (await follow(task())).result;
  const interrupt = new AbortController();
  let kept: Checkpoint | undefined;
  await assertRejects(
    async () => {
      for await (const event of tune(task({ signal: interrupt.signal }))) {
        if (event.kind === "step" && event.step === 7) interrupt.abort();
        if (event.kind === "checkpoint") kept = event.checkpoint;
      }
    },
    Interrupted,
    "interrupted after step 7 of 15",
  );
  assertEquals([kept!.step, kept!.losses.length], [7, 1]);
  const rest = await follow(task({ resume: kept! }));
  assertEquals(rest.result.parameters.prompt!.data, whole.parameters.prompt!.data);
});

Deno.test("a loss that is not finite stops tuning at its step, the last good prompt kept", async () => {
  let kept: Checkpoint | undefined;
  await assertRejects(
    async () => {
      for await (const event of tune(task({ trainStep: pulling(7) }))) {
        if (event.kind === "checkpoint") kept = event.checkpoint;
      }
    },
    TrainingError,
    "the loss is not finite at step 7",
  );
  assertEquals(kept!.step, 6);
  assert(Array.from(kept!.parameters.prompt!.data, Number).every(Number.isFinite));
});

Deno.test("a first loss that is not finite is the model's fault, not the learning rate's", async () => {
  await assertRejects(
    () => follow(task({ trainStep: pulling(1) })),
    TrainingError,
    "the loss is not finite at step 1, before anything was tuned: the model's own logits are not finite",
  );
});

Deno.test("a checkpoint with a number that is not finite is refused", async () => {
  const prompt = float32Tensor(Float32Array.of(1, NaN), [1, 2]);
  const bytes = await encodeCheckpoint({
    checkpoint: { step: 3, parameters: { prompt }, state: {}, losses: [], waited: 0, seconds: 1 },
    history: NO_HISTORY,
  });
  await assertRejects(() => decodeCheckpoint(bytes), RangeError, "'parameter.prompt' holds NaN at [0, 1]");
});

Deno.test("nothing is left on the device, however tuning ends", async () => {
  onDevice.clear();
  for (const accumulate of [1, 3]) await follow(task({ spec: { ...spec, accumulate } }));
  assertEquals(onDevice.size, 0);
  await assertRejects(() => follow(task({ trainStep: pulling(8) })), TrainingError, "at step 8");
  assertEquals(onDevice.size, 0);
  await assertRejects(() => follow(task({ signal: AbortSignal.abort() })), Interrupted);
  assertEquals(onDevice.size, 0);
});

Deno.test("losses come from the device at the history's lines alone, and a step that is not finite is named", async () => {
  const events: TuningEvent[] = [];
  const logsSeldom = { ...spec, logEvery: 4 };
  await assertRejects(
    async () => {
      for await (const event of tune(task({ trainStep: pulling(7), spec: logsSeldom }))) events.push(event);
    },
    TrainingError,
    "the loss is not finite at step 7",
  );
  const steps = events.flatMap((event) => event.kind === "step" ? [event] : []);
  assertEquals(steps.filter(({ loss }) => loss !== undefined).map(({ step }) => step), [4, 5]);
  assertEquals(checkpoints(events).at(-1)!.step, 5);
});

Deno.test("when the device fails, the last good state is emitted, and resumes to the same bits", async () => {
  const whole = (await follow(task())).result;
  const working = pulling();
  const breaking: ResidentSession = {
    ...working,
    run: (feeds) =>
      "data" in feeds.step! && feeds.step.data[0] === 14
        ? Promise.reject(new DeviceError("lost"))
        : working.run(feeds),
  };
  let kept: Checkpoint | undefined;
  await assertRejects(
    async () => {
      for await (const event of tune(task({ trainStep: breaking }))) {
        if (event.kind === "checkpoint") kept = event.checkpoint;
      }
    },
    DeviceError,
    "lost",
  );
  assertEquals(kept!.step, 12);
  const rest = await follow(task({ resume: kept! }));
  assertEquals(rest.result.parameters.prompt!.data, whole.parameters.prompt!.data);
});

Deno.test("the step after a line of the history begins before the line is read, unless a validation decides", async () => {
  const order = async (changes: Partial<TuningTask>) => {
    const events: string[] = [];
    const { run, ...session } = pulling();
    const trainStep: ResidentSession = {
      ...session,
      run: async (feeds) => {
        events.push(`step ${feeds.step && "data" in feeds.step ? feeds.step.data[0] : ""}`);
        const outputs = await run(feeds);
        const { gradient } = outputs;
        // A device takes its time to bring something to the host.
        const read = async () => {
          const read = await gradient!.read();
          await new Promise((resolve) => setTimeout(resolve, 5));
          events.push("read");
          return read;
        };
        return { ...outputs, gradient: { dims: gradient!.dims, free: () => gradient!.free(), read } };
      },
    };
    await follow(task({ trainStep, spec: { ...spec, epochs: 1 }, ...changes }));
    return events;
  };
  assertEquals(await order({}), [
    "step 1",
    "step 2",
    "step 3",
    "read",
    "step 4",
    "step 5",
    "read",
    "read",
  ]);
  const validate = () => Promise.resolve({ accuracy: 0.5, loss: 1 });
  assertEquals(await order({ validate, spec: { ...spec, epochs: 1, validateEvery: 2 } }), [
    "step 1",
    "step 2",
    "read",
    "step 3",
    "step 4",
    "read",
    "step 5",
    "read",
  ]);
});
