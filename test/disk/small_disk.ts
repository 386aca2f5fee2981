// deno-lint-ignore-file no-console
import { mustHave } from "../shared.ts";

/** A small file system of its own for the test; where none can be mounted, the test fails if one must be, and is left out elsewhere. */
export async function onSmallDisk(megabytes: number, test: (disk: string) => Promise<void>): Promise<void> {
  const disk = await Deno.makeTempDir();
  const command = (name: string, ...args: string[]) =>
    new Deno.Command(name, { args, stderr: "null" }).output().then(({ success }) => success, () => false);
  if (!await command("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", disk)) {
    if (mustHave("mount")) {
      throw new Error("no file system can be mounted, and SOFTPROMPT_MUST_HAVE lists it");
    }
    console.warn("left out, as no file system can be mounted here");
    return await Deno.remove(disk);
  }
  try {
    await test(disk);
  } finally {
    await command("umount", disk);
    await Deno.remove(disk);
  }
}
