import { thrownMessage } from "../base/errors.ts";
import { isObject, type JsonObject } from "../base/json_object.ts";
import { parseJson } from "../base/json_text.ts";
import { limitedText } from "../base/limited_text.ts";
import type { MlflowServer } from "./mlflow_server.ts";
import { historyScalars, type ReportedRun, type Tracker, TrackerError } from "./tracker.ts";

/** The tag that tells which run it is that was reported. */
const KEY = "softprompt.run";

/** The largest numbers that one request takes, and the longest value of a parameter that every version takes. */
const MOST_METRICS = 1000;
const MOST_PARAMETERS = 100;
const LONGEST_VALUE = 500;

/** The largest answer, in bytes: the longest that is asked for are 100 runs with their histories' last values. */
const LARGEST_ANSWER = 2 ** 26;

/** How a code of an error looks: a server that is none of MLflow's may answer with anything. */
const CODE = /^[A-Z_]{1,60}$/;

/** The time in which a request must be answered in full, in milliseconds: none of them is long. */
const DEADLINE = 30_000;

/** A metric, as a request has it. */
interface MetricEntry {
  readonly key: string;
  readonly value: number;
  /** In milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/**
 * Reports runs to an MLflow server. What the server has already is found by a tag: a run is reported once, and one whose report was cut
 * off is replaced.
 *
 * @see https://mlflow.org/docs/latest/api_reference/rest-api.html
 */
export class Mlflow implements Tracker {
  readonly name: string;
  /** The ids of experiments by their names. */
  private readonly experiments = new Map<string, string>();

  /** @param deadline the time in which a request must be answered in full, in milliseconds */
  constructor(
    private readonly server: MlflowServer,
    private readonly signal?: AbortSignal,
    private readonly deadline: number = DEADLINE,
  ) {
    this.name = `MLflow at ${server.host}`;
  }

  async report(run: ReportedRun): Promise<void> {
    const experiment = this.experiments.get(run.experiment) ?? await this.experiment(run.experiment);
    this.experiments.set(run.experiment, experiment);
    const found = await this.reported(experiment, run.key);
    for (const { id, isCutOff } of found) {
      if (!isCutOff) return;
      await this.post("runs/delete", { run_id: id });
    }
    const id = await this.begin(experiment, run);
    const parameters = [...run.settings].map(([key, value]) => ({ key, value: shortened(value) }));
    for (const params of parts(parameters, MOST_PARAMETERS)) {
      await this.post("runs/log-batch", { run_id: id, params });
    }
    for (const metrics of parts(metricsOf(run), MOST_METRICS)) {
      await this.post("runs/log-batch", { run_id: id, metrics });
    }
    await this.post("runs/update", { run_id: id, status: "FINISHED", end_time: run.ended.getTime() });
  }

  /** The id of an experiment, which is made where there is none. */
  private async experiment(name: string): Promise<string> {
    const asked = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    const found = await this.ask(asked, undefined, "RESOURCE_DOES_NOT_EXIST") ??
      // Another process may make it between the two requests.
      await this.ask("experiments/create", { name }, "RESOURCE_ALREADY_EXISTS") ??
      await this.ask(asked, undefined);
    const about = isObject(found?.experiment) ? found.experiment : found;
    if (about?.lifecycle_stage === "deleted") {
      throw new TrackerError(`its experiment ${name} has been deleted: restore it there`, false);
    }
    return this.textIn(about, "experiment_id");
  }

  /** The runs that the server has of this one. */
  private async reported(experiment: string, key: string): Promise<{ id: string; isCutOff: boolean }[]> {
    const { runs } = await this.post("runs/search", {
      experiment_ids: [experiment],
      filter: `tags.\`${KEY}\` = '${key}'`,
      max_results: 100,
    });
    return (Array.isArray(runs) ? runs : []).map((run: unknown) => {
      const info = isObject(run) && isObject(run.info) ? run.info : {};
      return { id: this.textIn(info, "run_id"), isCutOff: info.status === "RUNNING" };
    });
  }

  private async begin(experiment: string, run: ReportedRun): Promise<string> {
    const { title, key, began, commit } = run;
    const tags = Object.entries({
      "mlflow.runName": title,
      "mlflow.source.name": "softprompt",
      ...(commit !== null && { "mlflow.source.git.commit": commit }),
      [KEY]: key,
    }).map(([name, value]) => ({ key: name, value }));
    const about = { experiment_id: experiment, run_name: title, start_time: began.getTime(), tags };
    const { run: made } = await this.post("runs/create", about);
    return this.textIn(isObject(made) ? made.info : undefined, "run_id");
  }

  private async post(path: string, body: JsonObject): Promise<JsonObject> {
    return await this.ask(path, body) ?? {};
  }

  /**
   * Asks the server.
   *
   * @param body of a POST; without one it is a GET
   * @param expected the code of an error that is an answer, too
   * @returns `undefined` for that error
   */
  private async ask(
    path: string,
    body: JsonObject | undefined,
    expected?: string,
  ): Promise<JsonObject | undefined> {
    const { address, authorization } = this.server;
    const late = AbortSignal.timeout(this.deadline);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${address}/api/2.0/mlflow/${path}`, {
        method: body === undefined ? "GET" : "POST",
        redirect: "error",
        headers: {
          "content-type": "application/json",
          ...(authorization !== undefined && { authorization }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: this.signal ? AbortSignal.any([this.signal, late]) : late,
      });
      text = await limitedText(response, LARGEST_ANSWER);
    } catch (error) {
      const why = late.aborted
        ? `it has not answered in full within ${this.deadline / 1000} s`
        : thrownMessage(error);
      throw new TrackerError(`it cannot be reached (${why})`, true, { cause: error });
    }
    const answer = parsedObject(text);
    if (response.ok && answer !== undefined) return answer;
    const given = answer?.error_code;
    const code = typeof given === "string" && CODE.test(given) ? given : undefined;
    if (code !== undefined && code === expected) return undefined;
    const [asked = path] = path.split("?");
    if (response.ok) {
      throw new TrackerError(`its answer to ${asked} is no JSON: is it an MLflow server?`, true);
    }
    const { status } = response;
    const isRefused = status === 401 || status === 403;
    throw new TrackerError(
      `it answers ${asked} with ${status}${code === undefined ? "" : ` ${code}`}${
        isRefused
          ? ": check MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
          : ""
      }`,
      isRefused,
    );
  }

  private textIn(about: unknown, key: string): string {
    const value = isObject(about) ? about[key] : undefined;
    if (typeof value === "string") return value;
    throw new TrackerError(`its answer has no ${key}: is it an MLflow server?`, true);
  }
}

/** Every number of a run: of its steps, and of its results. */
function metricsOf({ history, results, step, ended }: ReportedRun): MetricEntry[] {
  const timestamp = ended.getTime();
  return [
    ...history.flatMap((line) =>
      historyScalars(line).map(([key, value]) => ({ key, value, timestamp, step: line.step }))
    ),
    ...[...results].map(([key, value]) => ({ key, value, timestamp, step })),
  ];
}

function shortened(value: string): string {
  return value.length <= LONGEST_VALUE ? value : `${value.slice(0, LONGEST_VALUE - 1)}…`;
}

function* parts<One>(all: readonly One[], size: number): Generator<readonly One[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}

/** The object of JSON that a server answers with; `undefined` where it is none. */
function parsedObject(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
