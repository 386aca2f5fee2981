import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { packages } from "../../src/launcher/native_library.ts";
import { verbNeeds } from "../../src/launcher/needs.ts";
import { permissionFlags } from "../../src/launcher/permissions.ts";
import { permissionsOf } from "../../src/launcher/permissions_of.ts";
import { commandLine } from "../../src/verbs/command_line.ts";
import { inFolder } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";
import { commandIo } from "../../src/terminal/command_io.ts";
import { RecordingIo } from "../terminal/recording_io.ts";

const PROBE = fromFileUrl(new URL("./probe.ts", import.meta.url));
const SECRETS = { HF_TOKEN: "hf_x", AWS_SECRET_ACCESS_KEY: "x" };

/** The flags that the launcher starts a command line with. */
async function flagsOf(args: readonly string[]): Promise<string[]> {
  let flags: string[] = [];
  const verbs = verbNeeds(ROOT, (verb, needs) => {
    flags = permissionFlags(permissionsOf(verb, needs, packages()));
  });
  await commandLine(verbs, await commandIo(new RecordingIo())).parseAsync([...args], { from: "user" });
  return flags;
}

/** What a process of a command line's permissions is allowed of some attempts. */
async function allowedTo(args: readonly string[], attempts: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...await flagsOf(args), PROBE, ...attempts],
    env: { ...SECRETS, NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

Deno.test("a run reads its project and writes its results, with one native library and the hub's hosts: all else is refused, and nobody asked", () =>
  inFolder(async (folder) => {
    const project: string = join(folder, "project");
    const results: string = join(folder, "elsewhere");
    const secret: string = join(folder, "secret");
    await Deno.mkdir(project);
    await Deno.mkdir(results);
    await Deno.writeTextFile(secret, "x");
    const file: string = join(project, "x.yaml");
    await Deno.writeTextFile(file, "name: x\nmodel: { source: model }\n");
    const granted = [
      `read=${project}`,
      `write=${join(results, "x")}`,
      `statfs=${results}`,
      `ffi=${packages().library}`,
      "net=huggingface.co",
      "env=HF_TOKEN",
    ];
    const refused = [
      `readFile=${secret}`,
      `ask=${secret}`,
      "readFile=/etc/passwd",
      "read=/",
      `write=${join(project, "x")}`,
      "ffi=/usr/lib/libc.so.6",
      "net=example.com",
      "net=127.0.0.1",
      "env=AWS_SECRET_ACCESS_KEY",
      "run=true",
    ];
    const args = ["run", file, "--results", results];
    assertEquals(await allowedTo(args, [...granted, ...refused]), granted);
    const named = [...args, "--allow-read", secret];
    assertEquals(await allowedTo(named, [`readFile=${secret}`, "read=/"]), [`readFile=${secret}`]);
  }));

Deno.test("of an experiment file that is named through a link, the file's own project is read", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    for (const name of ["project", "other"]) {
      await Deno.mkdir(join(folder, name, ".git"), { recursive: true });
    }
    await Deno.mkdir(join(folder, "project/experiments"));
    await Deno.writeTextFile(join(folder, "project/experiments/x.yaml"), "name: x\n");
    await Deno.symlink("../project/experiments", join(folder, "other/links"));
    const args = ["run", join(folder, "other/links/x.yaml"), "--results", join(folder, "results")];
    const attempts = [`read=${join(folder, "project")}`, `readFile=${join(folder, "other/links/x.yaml")}`];
    assertEquals(await allowedTo(args, [...attempts, `read=${folder}`]), attempts);
  }));

Deno.test("of a run's own file in the results, the folder that holds them is the project; of others' own files, theirs", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const results = join(folder, "project/results");
    await Deno.mkdir(join(results, "x"), { recursive: true });
    await Deno.writeTextFile(join(folder, "project/data.csv"), "x");
    const file = join(results, "x/experiment.yaml");
    await Deno.writeTextFile(file, "name: x\ndataset: { file: ../../data.csv }\n");
    const attempts = [`readFile=${join(folder, "project/data.csv")}`];
    assertEquals(
      await allowedTo(["run", file, "--results", results], [...attempts, `read=${folder}`]),
      attempts,
    );
    await assertRejects(
      () => flagsOf(["run", file, "--results", join(folder, "other")]),
      InputError,
      "leads to",
    );
  }));

Deno.test("verbs that download nothing have neither token nor network, and data only its home", () =>
  inFolder(async (folder) => {
    const attempts = [
      "env=HF_TOKEN",
      "net=huggingface.co",
      "net=www.cs.cornell.edu",
      `ffi=${packages().library}`,
    ];
    assertEquals(await allowedTo(["diff", folder, folder], attempts), []);
    assertEquals(await allowedTo(["data", "rt-polarity", "--to", folder], attempts), [
      "net=www.cs.cornell.edu",
    ]);
  }));

Deno.test("diff reads the folder of a summary that it is given, and what is beside a run that was begun again", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const args = ["diff", join(folder, "run"), join(folder, "sweep/summary.json")];
    const beside = [join(folder, "run.partial"), join(folder, "sweep/one")];
    for (const path of beside) await Deno.mkdir(path, { recursive: true });
    const granted = beside.map((path) => `read=${path}`);
    assertEquals(await allowedTo(args, [...granted, `read=${folder}`]), granted);
  }));

Deno.test("diff reads what lm-evaluation-harness has written beside the samples or results that it is given", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const [samples, results] = [join(folder, "a"), join(folder, "b")];
    const other = join(folder, "other.json");
    for (const path of [samples, results]) await Deno.mkdir(path);
    const date = "2026-01-31T12-00-00.000000";
    const args = ["diff", join(samples, `samples_sums_${date}.jsonl`), join(results, `results_${date}.json`)];
    const granted = [samples, results].map((path) => `read=${path}`);
    assertEquals(await allowedTo(args, [...granted, `read=${folder}`]), granted);
    assertEquals(await allowedTo(["diff", other, other], granted), []);
  }));

Deno.test("serve may run native code with runs of generated texts alone", () =>
  inFolder(async (folder) => {
    const library = `ffi=${packages().library}`;
    for (const [answers, granted] of [["texts", [library]], [undefined, []]] as const) {
      await Deno.writeTextFile(join(folder, "metrics.json"), JSON.stringify({ answers }));
      assertEquals(await allowedTo(["serve", folder], [library]), granted);
    }
  }));

Deno.test("serve listens where the command line says, and nowhere else", () =>
  inFolder(async (folder) => {
    const args = ["serve", folder, "--host", "::1", "--port", "8099"];
    const attempts = ["net=[::1]:8099", "net=[::1]:8098", "net=0.0.0.0:8099"];
    assertEquals(await allowedTo(args, attempts), ["net=[::1]:8099"]);
  }));

Deno.test("view listens on loopback, writes results and baselines, and with --export the site alone", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const [results, baselines, site] = ["r", "b", "s"].map((name) => join(folder, name));
    const args = ["view", results!, "--baselines", baselines!, "--port", "8099"];
    const writes = [results, baselines, site].map((path) => `write=${path}`);
    const attempts = ["net=127.0.0.1:8099", "net=0.0.0.0:8099", ...writes];
    assertEquals(await allowedTo(args, attempts), ["net=127.0.0.1:8099", ...writes.slice(0, 2)]);
    assertEquals(await allowedTo([...args, "--export", site!], attempts), writes.slice(2));
  }));

Deno.test("predict reads the prompt that it is given, and no other file beside it", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const run = join(folder, "project/run");
    await Deno.mkdir(join(folder, "project/.git"), { recursive: true });
    await Deno.mkdir(run);
    for (const name of ["prompt.safetensors", "secret"]) await Deno.writeTextFile(join(folder, name), "x");
    const args = ["predict", run, "--prompt", join(folder, "prompt.safetensors"), "text"];
    const attempts = [`readFile=${join(folder, "prompt.safetensors")}`, `readFile=${join(folder, "secret")}`];
    assertEquals(await allowedTo(args, attempts), attempts.slice(0, 1));
  }));

Deno.test("verbs that look around read what they are given and the locks above, and write nothing beside what they change", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const results = join(folder, "results");
    for (const name of ["s", ".locks"]) await Deno.mkdir(join(results, name), { recursive: true });
    for (const name of ["baselines", "into"]) await Deno.mkdir(join(folder, name));
    await Deno.writeTextFile(join(folder, "baselines/main.json"), "{}");
    const reads = [`read=${join(results, "s")}`, `read=${join(results, ".locks")}`];
    const never = [`read=${folder}`, `write=${join(folder, "x")}`, "net=huggingface.co", "env=HF_TOKEN"];
    for (const verb of ["list", "status", "show"]) {
      const attempts = [...reads, ...never, `write=${join(results, "x")}`, `ffi=${packages().library}`];
      assertEquals(await allowedTo([verb, join(results, "s")], attempts), reads, verb);
    }
    const changes = [`write=${join(results, "x")}`];
    const merged = [`write=${join(folder, "into/x")}`, ...reads];
    const merge = ["merge", results, "--into", join(folder, "into")];
    assertEquals(await allowedTo(merge, [...merged, ...never, ...changes]), merged);
    assertEquals(await allowedTo(["clean", "--results", results], [...changes, ...never]), changes);
    const baselines = join(folder, "baselines");
    const baseline = ["baseline", "set", join(results, "s"), "--baselines", baselines];
    const kept = [`write=${join(baselines, "main.json")}`, `read=${join(results, "s")}`];
    assertEquals(await allowedTo(baseline, [...kept, ...never, `write=${join(results, "x")}`]), kept);
    const diff = ["diff", "--baseline", join(results, "s"), "--baselines", baselines];
    assertEquals(await allowedTo(diff, [`readFile=${join(baselines, "main.json")}`, ...never]), [
      `readFile=${join(baselines, "main.json")}`,
    ]);
    const junit = `write=${join(folder, "gate.xml")}`;
    assertEquals(await allowedTo([...diff, "--junit", join(folder, "gate.xml")], [junit, ...never]), [junit]);
  }));

Deno.test("doctor may ask the hub and load the native library, without a token, and writes nothing", () =>
  inFolder(async (folder) => {
    const granted = ["net=huggingface.co", `ffi=${packages().library}`, `read=${folder}`];
    const refused = ["env=HF_TOKEN", `write=${join(folder, "x")}`, "net=example.com"];
    assertEquals(await allowedTo(["doctor", "--results", folder], [...granted, ...refused]), granted);
  }));

Deno.test("settings of the user that cannot be read stop only what reads files that name others", async () => {
  const unreadable = () => Promise.reject(new InputError("settings.json is not JSON"));
  const asks = async (...args: string[]) => {
    const verbs = verbNeeds(ROOT, () => {}, unreadable);
    const line = commandLine(verbs, await commandIo(new RecordingIo()));
    return await line.parseAsync(args, { from: "user" }).then(() => false, (error) => {
      if (error instanceof InputError) return true;
      throw error;
    });
  };
  const others = [["init", "x"], ["schema"], ["completions", "zsh"], ["list"], ["doctor"], [
    "diff",
    "a",
    "b",
  ]];
  for (const args of others) assertEquals(await asks(...args), false, args[0]);
  const file = "experiments/first-steps/1-hard.yaml";
  for (const args of [["run", file], ["validate", file], ["predict", "x"]]) {
    assertEquals(await asks(...args), true, args[0]);
  }
});

Deno.test("what is written into a link is written into the folder that it leads to, and beside it", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    await Deno.mkdir(join(folder, "real"));
    await Deno.symlink(join(folder, "real"), join(folder, "link"));
    const link = join(folder, "link");
    for (const args of [["init", link], ["schema"]]) {
      const [writes = ""] = (await flagsOf(args)).filter((flag) => flag.startsWith("--allow-write="));
      assertEquals(writes.includes(join(folder, "real.partial")), args[0] === "init", args[0]);
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", ...await flagsOf(["init", link]), join(ROOT, "src/main.ts"), "init", link],
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals((await Deno.lstat(link)).isSymlink, true);
    assertEquals((await Deno.stat(join(folder, "real/experiments/first.yaml"))).isFile, true);
  }));

Deno.test("only submit may start a program: that of the scheduler which its cluster names, and none where it only shows the jobs", () =>
  inFolder(async (folder) => {
    const file = join(folder, "x.yaml");
    const cluster = join(folder, "cluster.yaml");
    await Deno.writeTextFile(file, "name: x\nmodel: { source: model }\n");
    const programs = async (...args: string[]) =>
      (await flagsOf(args)).filter((flag) => flag.startsWith("--allow-run"));
    for (const [engine, program] of [["slurm", "sbatch"], ["kubernetes", "kubectl"]]) {
      await Deno.writeTextFile(
        cluster,
        `engine: ${engine}\nresults: there\ntasks: { minutes: 1, atOnce: 1 }\nkubernetes: { image: i, claim: c }\n`,
      );
      assertEquals(await programs("submit", file, "--cluster", cluster), [`--allow-run=${program}`]);
      assertEquals(await programs("submit", file, "--cluster", cluster, "--dry-run"), []);
      const [writes] = (await flagsOf(["submit", file, "--cluster", cluster])).filter((flag) =>
        flag.startsWith("--allow-write")
      );
      assert(writes?.includes(join(folder, "there")), writes);
    }
    assertEquals(await programs("batch", file), []);
    assert((await flagsOf(["batch", file])).some((flag) => /^--allow-env=.*JOB_COMPLETION_INDEX/.test(flag)));
  }));
