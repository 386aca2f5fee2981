import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "../../src/base/errors.ts";
import { Mlflow } from "../../src/trackers/mlflow.ts";
import { mlflowHost, mlflowServer, type ReadVariable } from "../../src/trackers/mlflow_server.ts";
import { TrackerError } from "../../src/trackers/tracker.ts";
import { type FakeMlflow, withMlflow } from "./fake_mlflow.ts";
import { reportedRun } from "./reported_run.ts";

const variables = (given: Readonly<Record<string, string>>): ReadVariable => (name) => given[name];

function trackerFor({ url }: FakeMlflow, given: Readonly<Record<string, string>> = {}): Mlflow {
  return new Mlflow(mlflowServer(variables({ MLFLOW_TRACKING_URI: `${url}/`, ...given })));
}

Deno.test("a run is reported with its keys, each step once, and its results", () =>
  withMlflow(async (fake) => {
    const { history, results } = reportedRun();
    await trackerFor(fake).report(reportedRun());
    assertEquals(fake.experiments, ["sentiment"]);
    const [run] = fake.runs.values();
    assertEquals([run?.name, run?.status], ["sentiment/length=5", "FINISHED"]);
    assertEquals(run?.params["prompt.length"], "5");
    const losses = run!.metrics.filter(({ key }) => key === "train/loss");
    assertEquals(
      losses.map(({ step, value }) => [step, value]),
      history.map(({ step, loss }) => [step, loss]),
    );
    const accuracy = run!.metrics.filter(({ key }) => key === "test/accuracy");
    assertEquals(accuracy.map(({ step, value }) => [step, value]), [[30, results.get("test/accuracy")!]]);
  }));

Deno.test("a run that was reported is not reported again, and one whose report was cut off is replaced", () =>
  withMlflow(async (fake) => {
    fake.failFrom = 6;
    const error = await assertRejects(() => trackerFor(fake).report(reportedRun()), TrackerError);
    assertStringIncludes(error.message, "it answers runs/log-batch with 500 INTERNAL_ERROR");
    assertEquals([...fake.runs.values()].map(({ status }) => status), ["RUNNING"]);
    fake.failFrom = Infinity;
    for (let times = 0; times < 2; times++) await trackerFor(fake).report(reportedRun());
    const [run, ...others] = fake.runs.values();
    assertEquals([run?.status, others], ["FINISHED", []]);
    assertEquals(run!.metrics.filter(({ key }) => key === "train/loss").length, 3);
    await trackerFor(fake).report(reportedRun({ key: "another" }));
    assertEquals(fake.runs.size, 2);
  }));

Deno.test("long histories and many keys go in parts that the server takes, and long values are shortened", () =>
  withMlflow(async (fake) => {
    const [line] = reportedRun().history;
    const history = Array.from({ length: 700 }, (_, i) => ({ ...line!, step: i + 1 }));
    const settings = new Map(Array.from({ length: 150 }, (_, i) => [`key${i}`, "x".repeat(600)]));
    await trackerFor(fake).report(reportedRun({ history, settings }));
    const [run] = fake.runs.values();
    assertEquals(run!.metrics.length, 700 * 5 + 2);
    assertEquals(Object.keys(run!.params).length, 150);
    assertEquals(run!.params.key0?.length, 500);
  }));

Deno.test("a token or a password is sent as it should be, and is in no message", () =>
  withMlflow(async (fake) => {
    const sent = async (given: Readonly<Record<string, string>>) => {
      await trackerFor(fake, given).report(reportedRun());
      return fake.requests.at(-1)?.authorization;
    };
    const { host } = new URL(fake.url);
    const login = { MLFLOW_TRACKING_USERNAME: "ann", MLFLOW_TRACKING_PASSWORD: "secret" };
    assertEquals(await sent({}), null);
    assertEquals(await sent({ MLFLOW_TRACKING_TOKEN: "secret" }), "Bearer secret");
    assertEquals(await sent(login), `Basic ${btoa("ann:secret")}`);
    assertEquals(
      await sent({ MLFLOW_TRACKING_URI: `http://ann:secret@${host}` }),
      `Basic ${btoa("ann:secret")}`,
    );
    fake.failFrom = 0;
    const tracker = trackerFor(fake, { MLFLOW_TRACKING_URI: `http://ann:secret@${host}` });
    const { message } = await assertRejects(() => tracker.report(reportedRun()), TrackerError);
    assert(!`${tracker.name} ${message}`.includes("secret"), message);
  }));

Deno.test("a server that redirects is not followed, and one that is no MLflow server is said to be none", async () => {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  let asked = 0;
  const other = Deno.serve(options, () => {
    asked++;
    return new Response("<html>");
  });
  const redirecting = Deno.serve(options, () => Response.redirect(`http://127.0.0.1:${other.addr.port}/`));
  const report = (port: number) =>
    assertRejects(
      () => new Mlflow({ address: `http://127.0.0.1:${port}`, host: "h" }).report(reportedRun()),
      TrackerError,
    );
  assertStringIncludes((await report(redirecting.addr.port)).message, "cannot be reached");
  assertEquals(asked, 0);
  assertStringIncludes((await report(other.addr.port)).message, "is it an MLflow server?");
  await Promise.all([other.shutdown(), redirecting.shutdown()]);
});

Deno.test("an address without a server, and a secret that would be read on the way, are refused", () => {
  const refused = (given: Readonly<Record<string, string>>) =>
    assertThrows(() => mlflowServer(variables(given)), InputError).message;
  assertStringIncludes(refused({}), "MLFLOW_TRACKING_URI is not set");
  for (const uri of ["databricks", "file:///runs", "sqlite:///mlflow.db", "./mlruns"]) {
    assertStringIncludes(refused({ MLFLOW_TRACKING_URI: uri }), "is no address of a server");
  }
  const secret = refused({ MLFLOW_TRACKING_URI: "http://mlflow.example", MLFLOW_TRACKING_TOKEN: "secret" });
  assertStringIncludes(secret, "with https");
  assert(!secret.includes("secret "), secret);
  assertEquals(mlflowHost(() => "https://mlflow.example/base"), "mlflow.example:443");
  assertEquals(mlflowHost(() => "http://localhost:5000"), "localhost:5000");
});

Deno.test("an address whose password cannot be decoded is refused, without the password", () => {
  const read = variables({ MLFLOW_TRACKING_URI: "http://name:secret%zz@localhost:5000" });
  const { message } = assertThrows(() => mlflowServer(read), InputError);
  assertStringIncludes(message, "write %25");
  assertEquals(message.includes("secret"), false);
});

/** Why a run is not reported to a server that gives every request the same answer. */
async function refusalOf(answer: () => Response, deadline?: number): Promise<string> {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(options, answer);
  try {
    const at = mlflowServer(variables({ MLFLOW_TRACKING_URI: `http://127.0.0.1:${server.addr.port}` }));
    const { message } = await assertRejects(
      () => new Mlflow(at, undefined, deadline).report(reportedRun()),
      TrackerError,
    );
    return message;
  } finally {
    await server.shutdown();
  }
}

Deno.test("an answer without an end is given up, and a code of an error is none with other characters", async () => {
  const piece = new Uint8Array(2 ** 20);
  const endless = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(piece) }));
  assertStringIncludes(await refusalOf(endless), "its answer has more than 67108864 bytes");
  const forged = await refusalOf(() => Response.json({ error_code: "A\nerror: forged" }, { status: 400 }));
  assertEquals(forged, "it answers experiments/get-by-name with 400");
});

Deno.test("a server that sends a byte now and then is given up when the time for a whole answer is over", async () => {
  const dripping = () => {
    let timer: ReturnType<typeof setInterval>;
    return new Response(
      new ReadableStream({
        start: (controller) => void (timer = setInterval(() => controller.enqueue(new Uint8Array([32])), 20)),
        cancel: () => clearInterval(timer),
      }),
    );
  };
  const message = await refusalOf(dripping, 200);
  assertEquals(message, "it cannot be reached (it has not answered in full within 0.2 s)");
});

Deno.test("an experiment that was deleted on the server is named as the reason", async () => {
  const experiment = { experiment_id: "1", lifecycle_stage: "deleted" };
  assertStringIncludes(await refusalOf(() => Response.json({ experiment })), "has been deleted");
});
