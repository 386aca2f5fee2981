import { join } from "@std/path";
import { stop } from "esbuild";
import { filesIn } from "../../pack/files_in.ts";
import { manifest } from "../../pack/manifest.ts";
import { writePackage } from "../../pack/package_folder.ts";
import { ROOT } from "../shared.ts";
import { denoPackages, SYSTEM } from "./deno_package.ts";
import { Registry } from "./registry.ts";

/** How a command ended. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty computer with Node's npm: a folder, and a registry that has the package for this system. */
export class EmptyComputer implements AsyncDisposable {
  private constructor(
    /** Holds all that commands write. */
    readonly folder: string,
    private readonly registry: Registry,
  ) {}

  /** Makes the package and serves it. */
  static async withPackage(): Promise<EmptyComputer> {
    const folder = await Deno.makeTempDir();
    const built = join(folder, "package");
    await writePackage(ROOT, built, join(folder, "scratch"), { systems: [SYSTEM] });
    await stop();
    const paths = (await filesIn(built)).filter((path) => path !== "package.json");
    const files = Object.fromEntries(paths.map((path) => [path, join(built, path)]));
    return new EmptyComputer(folder, new Registry([{ manifest: manifest(), files }, ...denoPackages()]));
  }

  /** Starts a command in a folder of this computer, which is made. */
  async start(place: string, command: string, args: readonly string[]): Promise<Deno.ChildProcess> {
    const cwd = join(this.folder, place);
    await Deno.mkdir(cwd, { recursive: true });
    return new Deno.Command(command, {
      args: [...args],
      cwd,
      env: {
        NO_COLOR: "1",
        npm_config_registry: this.registry.url,
        npm_config_cache: join(this.folder, "npm"),
        npm_config_update_notifier: "false",
        NPM_CONFIG_REGISTRY: this.registry.url,
        DENO_DIR: join(this.folder, "deno"),
        DENO_INSTALL_ROOT: join(this.folder, "installed"),
        // As where there is no proxy, and ONNX Runtime's own script cannot download.
        npm_config_https_proxy: "http://127.0.0.1:9",
        npm_config_noproxy: "127.0.0.1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs a command to its end. */
  async call(place: string, command: string, ...args: string[]): Promise<Ended> {
    const { code, stdout, stderr } = await (await this.start(place, command, args)).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.registry[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}
