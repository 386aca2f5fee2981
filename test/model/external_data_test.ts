import { assert, assertEquals, assertRejects } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { join } from "@std/path";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from "onnx-buf";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { openModel } from "../../src/model/open_model.ts";
import { inFolder } from "../commands/softprompt.ts";
import { writeModel } from "../commands/family_folder.ts";

const FAMILY = "bert-traced-opset18.onnx";
const DATA = `${FAMILY}.data`;

const open = (folder: string) => openModel({ source: folder, file: FAMILY }, "./", logDownloads(() => {}));

/** Changes a model's file. */
async function change(folder: string, act: (model: ModelProto) => void): Promise<void> {
  const path = join(folder, FAMILY);
  const model = fromBinary(ModelProtoSchema, await Deno.readFile(path));
  act(model);
  await Deno.writeFile(path, toBinary(ModelProtoSchema, model));
}

/** Gives the model's external tensors other places. */
const relocate = (folder: string, entries: (tensor: number) => Readonly<Record<string, string>>) =>
  change(folder, ({ graph }) => {
    const external = graph!.initializer.filter(({ dataLocation }) =>
      dataLocation === TensorProto_DataLocation.EXTERNAL
    );
    assert(external.length > 2);
    for (const [i, tensor] of external.entries()) {
      for (const entry of tensor.externalData) entry.value = entries(i)[entry.key] ?? entry.value;
    }
  });

const externalTensor = (location: string) =>
  create(TensorProtoSchema, {
    name: "secret",
    dataType: 1,
    dims: [2n],
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries({ location, offset: "0", length: "8" }).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value })
    ),
  });

Deno.test("data outside the model's folder are refused, wherever in the graph a tensor names them", () =>
  inFolder(async (place) => {
    const folder = join(place, "model");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(place, "secret"), "a private key");
    const secret = externalTensor("../secret");
    const tensor = create(AttributeProtoSchema, {
      name: "value",
      type: AttributeProto_AttributeType.TENSOR,
      t: secret,
    });
    const constant = create(NodeProtoSchema, { opType: "Constant", output: ["secret"], attribute: [tensor] });
    const inner = (initializer: boolean) =>
      create(NodeProtoSchema, {
        opType: "If",
        input: ["condition"],
        output: ["chosen"],
        attribute: [create(AttributeProtoSchema, {
          name: "then_branch",
          type: AttributeProto_AttributeType.GRAPH,
          g: create(GraphProtoSchema, initializer ? { initializer: [secret] } : { node: [constant] }),
        })],
      });
    const places: ((model: ModelProto) => void)[] = [
      ({ graph }) => graph!.initializer.push(secret),
      ({ graph }) => graph!.node.unshift(constant),
      ({ graph }) => graph!.node.unshift(inner(true)),
      ({ graph }) => graph!.node.unshift(inner(false)),
      ({ functions }) => functions.push(create(FunctionProtoSchema, { name: "f", node: [constant] })),
    ];
    for (const put of places) {
      await writeModel(folder, FAMILY);
      await change(folder, put);
      await assertRejects(
        () => open(folder),
        Error,
        `initializer 'secret' in ${join(folder, FAMILY)} has its data in "../secret"`,
      );
    }
  }));

Deno.test("each way out of the model's folder is refused, and so is what is no regular file", () =>
  inFolder(async (place) => {
    const folder = join(place, "model");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(place, "secret"), "a private key");
    await writeModel(folder, FAMILY);
    for (
      const location of [
        "../secret",
        "w/../../secret",
        join(place, "secret"),
        "..\\secret",
        "C:\\x",
        "a\0b",
        "",
      ]
    ) {
      await relocate(folder, () => ({ location }));
      const error = await assertRejects(
        () => open(folder),
        Error,
        "a model's data must lie in files below its own folder",
      );
      assertEquals(error.name, "CompileError");
    }
    await relocate(folder, () => ({ location: "data" }));
    const refused = async (message: string) => {
      await assertRejects(() => open(folder), Error, message);
      await Deno.remove(join(folder, "data"));
    };
    await Deno.symlink("../secret", join(folder, "data"));
    await refused("is a symbolic link to");
    await Deno.symlink("/dev/zero", join(folder, "data"));
    await refused("is a device or a pipe");
    await new Deno.Command("mkfifo", { args: [join(folder, "data")] }).output();
    await refused("is a device or a pipe");
    await Deno.mkdir(join(folder, "data"));
    await refused("is a folder");
  }));

Deno.test("the model's own files may not be links out of its folder either", () =>
  inFolder(async (place) => {
    const folder = join(place, "model");
    await Deno.mkdir(folder);
    for (const name of [FAMILY, DATA, "config.json", "tokenizer.json", "tokenizer_config.json"]) {
      await writeModel(folder, FAMILY);
      await Deno.rename(join(folder, name), join(place, name));
      await Deno.symlink(join(place, name), join(folder, name));
      await assertRejects(() => open(folder), Error, `${join(folder, name)} is a symbolic link to`);
      await Deno.remove(join(folder, name));
    }
    await writeModel(folder, FAMILY);
    await Deno.remove(join(folder, "special_tokens_map.json"));
    await new Deno.Command("mkfifo", { args: [join(folder, "special_tokens_map.json")] }).output();
    await assertRejects(() => open(folder), Error, "is a device or a pipe");
  }));

Deno.test("a tensor lies whole in its file, at a place given in numbers", () =>
  inFolder(async (folder) => {
    await writeModel(folder, FAMILY);
    const { size } = await Deno.stat(join(folder, DATA));
    const cases = [
      [{ offset: String(size - 1) }, `which has ${size}: the file is cut off, or of another model`],
      [{ offset: String(2 ** 53) }, `the offset "${2 ** 53}", which is not a number of bytes`],
      [{ offset: "-4" }, 'the offset "-4", which is not a number of bytes'],
      [{ offset: "1e2" }, 'the offset "1e2"'],
      [{ length: "NaN" }, 'the length "NaN"'],
    ] as const;
    for (const [entries, message] of cases) {
      await writeModel(folder, FAMILY);
      await relocate(folder, () => entries);
      await assertRejects(() => open(folder), Error, message);
    }
  }));
