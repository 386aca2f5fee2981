import { gzipSync } from "node:zlib";
import { createTar, type TarFileInput } from "nanotar";

/** A package in a registry. */
export interface Published {
  readonly manifest: { readonly name: string; readonly version: string };
  /** Its files beside `package.json`: their paths in the package and on this computer. */
  readonly files: Readonly<Record<string, string>>;
}

/** A registry of npm on this computer, as far as installing needs one. */
export class Registry implements AsyncDisposable {
  private readonly server: Deno.HttpServer<Deno.NetAddr>;
  private readonly tarballs = new Map<string, Promise<Tarball>>();

  constructor(private readonly packages: readonly Published[]) {
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.server = Deno.serve(options, (request) => this.answer(request));
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
  }

  private async answer(request: Request): Promise<Response> {
    const path = decodeURIComponent(new URL(request.url).pathname).slice(1);
    const [name = "", file] = path.split("/-/");
    const found = this.packages.find(({ manifest }) => manifest.name === name);
    if (found === undefined) return Response.json({ error: "not found" }, { status: 404 });
    const made = this.tarballs.get(name) ?? hashed(tarballOf(found));
    this.tarballs.set(name, made);
    const { bytes, integrity } = await made;
    if (file !== undefined) return new Response(bytes);
    const { manifest } = found;
    const dist = { tarball: `${this.url}${name}/-/package.tgz`, integrity };
    return Response.json({
      name,
      "dist-tags": { latest: manifest.version },
      versions: { [manifest.version]: { ...manifest, dist } },
      time: { [manifest.version]: "2020-01-01T00:00:00.000Z" },
    });
  }
}

/** A package in one file, with its hash in the form of npm. */
interface Tarball {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly integrity: string;
}

async function hashed(tarball: Promise<Uint8Array<ArrayBuffer>>): Promise<Tarball> {
  const bytes = await tarball;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
  return { bytes, integrity: `sha512-${hash.toBase64()}` };
}

/** A package in one file, as npm packs it, all its files executable. It is not compressed, which takes longer than what it saves here. */
export async function tarballOf({ manifest, files }: Published): Promise<Uint8Array<ArrayBuffer>> {
  const entries: TarFileInput[] = [{ name: "package/package.json", data: JSON.stringify(manifest) }];
  for (const [path, source] of Object.entries(files)) {
    entries.push({ name: `package/${path}`, data: await Deno.readFile(source), attrs: { mode: "755" } });
  }
  return new Uint8Array(gzipSync(createTar(entries), { level: 0 }));
}
