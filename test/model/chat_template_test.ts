import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readChatTemplate } from "../../src/model/chat_template.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("a chat template is in a file of its own, or in the tokenizer's configuration, alone or as the default", () =>
  inFolder(async (folder) => {
    const config = (content: object) =>
      Deno.writeTextFile(join(folder, "tokenizer_config.json"), JSON.stringify(content));
    const read = async () => (await readChatTemplate(folder)).source;
    await assertRejects(
      read,
      InputError,
      "the model has no chat template (neither chat_template.jinja nor 'chat_template'",
    );
    await config({ chat_template: [{ name: "tool_use", template: "a" }] });
    await assertRejects(read, InputError, "the model has no chat template");
    await config({
      chat_template: [{ name: "tool_use", template: "a" }, { name: "default", template: "b" }],
    });
    assertEquals(await read(), "b");
    await config({ chat_template: "c", bos_token: "<s>", eos_token: { content: "</s>" }, pad_token: null });
    assertEquals(await readChatTemplate(folder), {
      source: "c",
      file: "tokenizer_config.json",
      specials: { bos_token: "<s>", eos_token: "</s>" },
    });
    await Deno.writeTextFile(join(folder, "chat_template.jinja"), "d");
    const { source, file } = await readChatTemplate(folder);
    assertEquals([source, file], ["d", "chat_template.jinja"]);
  }));
