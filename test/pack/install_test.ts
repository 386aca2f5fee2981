import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { ROOT } from "../shared.ts";
import { EmptyComputer } from "./installing.ts";
import { PAGES } from "../docs/pages.ts";
import { writePrograms } from "../docs/perform_pages.ts";
import { snippetsOf } from "../docs/snippets.ts";
import { performPages } from "./installed_pages.ts";
import { nodeTest } from "./needs_node.ts";

const DENO = Deno.execPath();

/** Changes the first experiment of a project. */
async function change(folder: string, from: string, to: string): Promise<void> {
  const file = join(folder, "experiments/first.yaml");
  await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace(from, to));
}

nodeTest("the package installs and runs on an empty computer", async (t) => {
  await using computer = await EmptyComputer.withPackage();
  const study = join(computer.folder, "study");

  await t.step("npx starts a project and runs it, with nothing else installed", async () => {
    const started = await computer.call(".", "npx", "-y", "softprompt@latest", "init", "study");
    assertEquals([started.code, started.stderr], [0, ""]);
    assertStringIncludes(started.stdout, "cd study\n  npx softprompt run");
    await change(study, "epochs: 15", "epochs: 1");
    const { code, stdout, stderr } = await computer.call("study", "npx", "-y", "softprompt@latest", "run");
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "next: npx softprompt diff");
  });

  await t.step(
    "a project installs the version that it names, with scripts on and no warning, offline",
    async () => {
      const installed = await computer.call(
        "study",
        "npm",
        "install",
        "--offline",
        "--no-audit",
        "--no-fund",
      );
      assertEquals([installed.code, installed.stderr], [0, ""]);
      const { code, stdout } = await computer.call("study", "npx", "softprompt", "--version");
      assertEquals([code, stdout], [0, `${project.version}\n`]);
    },
  );

  await t.step("the installed program computes the same bits as the checkout", async () => {
    const { code, stderr } = await new Deno.Command(DENO, {
      args: ["run", "-qA", join(ROOT, "src/launch.ts"), "run", "--results", "own"],
      cwd: study,
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const read = (results: string) => Deno.readFile(join(study, results, "first/prompt.safetensors"));
    assertEquals(await read("results"), await read("own"));
  });

  await t.step("what a file may not name is refused as in the checkout", async () => {
    await Deno.writeTextFile(join(study, "x.softprompt.yaml"), "name: x\nmodel: { source: /etc }\n");
    const { code, stderr } = await computer.call("study", "npx", "softprompt", "run", "x.softprompt.yaml");
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, "x.softprompt.yaml:2:18: 'model.source' leads to /etc");
  });

  await t.step("programs in Node and in Deno load a run, and its types are known", async () => {
    const program = `import { type Classification, loadRun } from "softprompt";
const run = await loadRun("results/first", { device: "cpu" });
const answers: readonly Classification[] = await run.classify(["warm and wise"]);
console.log(JSON.stringify(answers));
await run.release();
`;
    await Deno.writeTextFile(join(study, "use.ts"), program);
    await Deno.writeTextFile(
      join(study, "use.mjs"),
      program.replace("type Classification, ", "").replace(": readonly Classification[]", ""),
    );
    const flags = ["--node-modules-dir=manual", "--no-lock"];
    const inDeno = await computer.call("study", DENO, "run", "--quiet", "-A", ...flags, "use.ts");
    assertEquals([inDeno.code, inDeno.stderr], [0, ""]);
    const inNode = await computer.call("study", "node", "use.mjs");
    // Node's and Deno's V8 have exponential functions of their own, whose results may differ in the last bit.
    const rounded = (stdout: string): unknown =>
      JSON.parse(stdout, (_, value) => typeof value === "number" ? value.toFixed(12) : value);
    assertEquals([inNode.code, inNode.stderr], [0, ""]);
    assertEquals(rounded(inNode.stdout), rounded(inDeno.stdout));
    const bundled = await Deno.readTextFile(join(study, "node_modules/softprompt/dist/node/mod.js"));
    assertEquals(
      bundled.startsWith('import "../../bin/checked_node.cjs";'),
      true,
      "an old Node is not named",
    );
    const compiling = `import { readOnnxFile, type OnnxFile } from "softprompt/compiler";
const bytes = new Uint8Array(8);
let file: OnnxFile | undefined;
try { file = readOnnxFile(bytes, "x.onnx"); } catch (error) { console.log(String(error)); }
console.log(file);
`;
    await Deno.writeTextFile(join(study, "compile.ts"), compiling);
    await Deno.writeTextFile(
      join(study, "compile.mjs"),
      compiling.replace(", type OnnxFile", "").replace(": OnnxFile | undefined", ""),
    );
    const compiled = await computer.call("study", DENO, "run", "--quiet", ...flags, "compile.ts");
    assertEquals([compiled.code, compiled.stderr], [0, ""]);
    assertStringIncludes(compiled.stdout, "x.onnx");
    assertEquals(await computer.call("study", "node", "compile.mjs"), compiled);
    await Deno.writeTextFile(join(study, "wrong.ts"), program.replace('"cpu"', '"gpu"'));
    await Deno.writeTextFile(
      join(study, "transformers.d.ts"),
      `export declare const env: { allowRemoteModels: boolean; localModelPath: string };
export declare function pipeline(task: "text-classification", model: string, options: { readonly dtype: "fp32" | "fp16" | "q8" }):
  Promise<(texts: readonly string[]) => Promise<{ readonly label: string; readonly score: number }[]>>;
`,
    );
    const programs = await writePrograms(study, await snippetsOf(PAGES), '"./transformers.d.ts"');
    // Checked together, they are checked in little more time than one alone.
    const files = ["use.ts", "compile.ts", "wrong.ts", ...programs.values()];
    const checked = await computer.call("study", DENO, "check", ...flags, ...files);
    assertEquals(checked.code, 1);
    assertStringIncludes(checked.stderr, `"gpu"`);
    const places = [...checked.stderr.matchAll(/ at file:\S*\/study\/([\w-]+\.ts):/g)].map(([, file]) =>
      file
    );
    assertEquals([...new Set(places)], ["wrong.ts"], checked.stderr);
  });

  await t.step("the commands of the pages do what they should, from an empty folder on", async (t) => {
    await performPages(t, join(computer.folder, "empty"), join(study, "node_modules/.bin/softprompt"));
  });

  await t.step("an experiment is made longer", async () => {
    await change(study, "epochs: 1\n", "epochs: 500\n");
    await change(study, "patience: 5 ", "patience: 500 ");
  });

  // A terminal sends Ctrl-C to all processes of a command, others send theirs to npx alone.
  for (
    const [signal, to, code] of [["INT", "all", 130], ["TERM", "npx", 143], ["HUP", "npx", 129]] as const
  ) {
    await t.step(`SIG${signal} to ${to} ends a run that npx has started, with a checkpoint`, async () => {
      const partial = join(study, signal, "first.partial/checkpoint.safetensors");
      const child = await computer.start("study", "setsid", [
        "npx",
        "softprompt",
        "run",
        "--results",
        signal,
      ]);
      const output = child.output();
      while (!await Deno.stat(partial).then(() => true, () => false)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const target = to === "all" ? `-${child.pid}` : String(child.pid);
      await new Deno.Command("kill", { args: ["-s", signal, "--", target] }).output();
      // The program holds the streams until it has ended, whatever has become of npx.
      const { code: ended, stderr } = await output;
      assertEquals(ended, code);
      assertStringIncludes(new TextDecoder().decode(stderr), "the same command resumes from it");
    });
  }

  await t.step(
    "Deno installs it as a command, which has no more rights than the launcher gives",
    async () => {
      const named = `npm:softprompt@${project.version}`;
      const direct = await computer.call("other", DENO, "x", "--yes", named, "--version");
      assertEquals([direct.code, direct.stdout], [0, `${project.version}\n`], direct.stderr);
      const installed = await computer.call(
        "other",
        DENO,
        "install",
        "--global",
        "--allow-all",
        "--quiet",
        named,
      );
      assertEquals(installed.code, 0, installed.stderr);
      const command = join(computer.folder, "installed/bin/softprompt");
      const { code, stderr } = await computer.call("study", command, "run", "x.softprompt.yaml");
      assertEquals(code, 2);
      assertStringIncludes(stderr, "'model.source' leads to /etc");
      const bare = await computer.call("other", DENO, "install", "-g", "--name", "bare", "--quiet", named);
      assertEquals(bare.code, 0, bare.stderr);
      const refused = await computer.call("study", join(computer.folder, "installed/bin/bare"), "--version");
      assertEquals([refused.code, refused.stdout], [2, ""]);
      assertStringIncludes(refused.stderr, "deno install -g -A npm:softprompt");
    },
  );
});
