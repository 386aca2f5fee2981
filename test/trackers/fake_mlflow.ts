/** A run as the server keeps it. */
export interface KeptRun {
  readonly experiment: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Record<string, string>;
  readonly metrics: { readonly key: string; readonly value: number; readonly step: number }[];
  status: string;
}

/** A server on loopback with a part of MLflow's REST API. */
export interface FakeMlflow {
  readonly url: string;
  readonly experiments: string[];
  readonly runs: Map<string, KeptRun>;
  /** The path and the `Authorization` header of every request. */
  readonly requests: { readonly path: string; readonly authorization: string | null }[];
  /** The request, counted from 1, that is answered with an error of the server, and all after it. */
  failFrom: number;
}

const API = "/api/2.0/mlflow/";

/** Serves the API while the test goes on. */
export async function withMlflow(test: (mlflow: FakeMlflow) => Promise<void>): Promise<void> {
  const kept = { experiments: [], runs: new Map(), requests: [], failFrom: Infinity };
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(options, (request) => answer(fake, request));
  const fake: FakeMlflow = { ...kept, url: `http://127.0.0.1:${server.addr.port}` };
  try {
    await test(fake);
  } finally {
    await server.shutdown();
  }
}

function fault(status: number, error_code: string): Response {
  return Response.json({ error_code, message: "as the test asks" }, { status });
}

async function answer(fake: FakeMlflow, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const path = pathname.replace(API, "");
  fake.requests.push({ path, authorization: request.headers.get("authorization") });
  const body = request.method === "POST" ? await request.json() : {};
  if (fake.requests.length >= fake.failFrom) return fault(500, "INTERNAL_ERROR");
  const run = fake.runs.get(body.run_id);
  switch (path) {
    case "experiments/get-by-name": {
      const id = fake.experiments.indexOf(searchParams.get("experiment_name") ?? "");
      return id < 0
        ? fault(404, "RESOURCE_DOES_NOT_EXIST")
        : Response.json({ experiment: { experiment_id: String(id) } });
    }
    case "experiments/create":
      if (fake.experiments.includes(body.name)) return fault(400, "RESOURCE_ALREADY_EXISTS");
      return Response.json({ experiment_id: String(fake.experiments.push(body.name) - 1) });
    case "runs/search": {
      const [, key, value] = /^tags\.`([^`]+)` = '([^']+)'$/.exec(body.filter) ?? [];
      const found = [...fake.runs].filter(([, { tags, experiment }]) =>
        tags[key!] === value && body.experiment_ids.includes(experiment)
      );
      return Response.json(
        found.length === 0
          ? {}
          : { runs: found.map(([run_id, { status }]) => ({ info: { run_id, status } })) },
      );
    }
    case "runs/create": {
      const run_id = `run-${fake.requests.length}`;
      const tags = Object.fromEntries(
        body.tags.map(({ key, value }: Record<string, string>) => [key, value]),
      );
      fake.runs.set(run_id, {
        experiment: body.experiment_id,
        name: body.run_name,
        tags,
        params: {},
        metrics: [],
        status: "RUNNING",
      });
      return Response.json({ run: { info: { run_id } } });
    }
    case "runs/log-batch": {
      const { metrics = [], params = [] } = body;
      if (metrics.length > 1000 || params.length > 100) return fault(400, "INVALID_PARAMETER_VALUE");
      run!.metrics.push(...metrics);
      for (const { key, value } of params) run!.params[key] = value;
      return Response.json({});
    }
    case "runs/update":
      run!.status = body.status;
      return Response.json({});
    case "runs/delete":
      fake.runs.delete(body.run_id);
      return Response.json({});
    default:
      return fault(404, "ENDPOINT_NOT_FOUND");
  }
}
