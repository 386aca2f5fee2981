"""A small whole job of prompt tuning, as PEFT does it, and the model for it: GPT-2's shape (12 x 768, 50,257 words) with random
weights. bench/whole_job.ts runs it beside ours.

    python3 bench/whole_job.py make DIR     # model, tokenizer, ONNX export and data
    python3 bench/whole_job.py tune DIR     # the job: 20 virtual tokens, 96 examples, one epoch, then the test set
"""
import csv
import json
import os
import random
import sys

WORDS = {"negative": "0", "positive": "1"}
LENGTH, BATCH, TRAIN, TEST = 20, 8, 96, 32
TEMPLATE = "%s it was"


def make(folder):
    import torch
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    os.makedirs(os.path.join(folder, "onnx"), exist_ok=True)
    model = GPT2LMHeadModel(GPT2Config()).eval()
    model.save_pretrained(folder)
    symbols = sorted(ByteLevel.alphabet())
    merges = [(a, b) for a in symbols for b in symbols][:50000]
    vocab = {token: i for i, token in enumerate(symbols + [a + b for a, b in merges] + ["<|endoftext|>"])}
    end = {"id": 50256, "content": "<|endoftext|>", "single_word": False, "lstrip": False, "rstrip": False,
           "normalized": False, "special": True}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    with open(os.path.join(folder, "tokenizer.json"), "w") as f:
        json.dump({"version": "1.0", "truncation": None, "padding": None, "added_tokens": [end], "normalizer": None,
                   "pre_tokenizer": level, "post_processor": None, "decoder": level,
                   "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                             "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False,
                             "vocab": vocab, "merges": [list(m) for m in merges]}}, f)
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as f:
        json.dump({"tokenizer_class": "GPT2TokenizerFast", "eos_token": "<|endoftext|>",
                   "pad_token": "<|endoftext|>", "model_max_length": 1024}, f)
    rng = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for name, count in (("train", TRAIN), ("test", TEST)):
        with open(os.path.join(folder, f"{name}.csv"), "w", newline="") as f:
            rows = csv.writer(f)
            rows.writerow(["text", "label"])
            for i in range(count):
                words = ["".join(rng.choices(letters, k=rng.randint(2, 7))) for _ in range(rng.randint(3, 6))]
                rows.writerow([" ".join(words), list(WORDS)[i % 2]])
    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask, position_ids):
            return self.model(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids,
                              use_cache=False).logits

    ids = torch.ones(2, 9, dtype=torch.int64)
    axes = {0: "batch", 1: "sequence"}
    names = ["input_ids", "attention_mask", "position_ids"]
    torch.onnx.export(Logits(), (ids, ids, torch.arange(9).expand(2, 9).contiguous()),
                      os.path.join(folder, "onnx", "model.onnx"), input_names=names, output_names=["logits"],
                      dynamic_axes={name: axes for name in [*names, "logits"]}, dynamo=False, opset_version=17)


def tune(folder):
    import torch
    from peft import PromptTuningConfig, TaskType, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.padding_side = "left"
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(folder),
                           PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=LENGTH))
    answers = {label: tokenizer.encode(word)[0] for label, word in WORDS.items()}

    def batches(name):
        with open(os.path.join(folder, f"{name}.csv")) as f:
            rows = list(csv.DictReader(f))
        for i in range(0, len(rows), BATCH):
            part = rows[i:i + BATCH]
            texts = tokenizer([TEMPLATE % row["text"] for row in part], padding=True, return_tensors="pt")
            yield texts, torch.tensor([answers[row["label"]] for row in part])

    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=0.03)
    for texts, right in batches("train"):
        ids = torch.cat([texts["input_ids"], right[:, None]], dim=1)
        mask = torch.cat([texts["attention_mask"], torch.ones_like(right)[:, None]], dim=1)
        labels = torch.full_like(ids, -100)
        labels[:, -1] = right
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    hits = 0
    words = torch.tensor(list(answers.values()))
    with torch.no_grad():
        for texts, right in batches("test"):
            logits = model(**texts).logits[:, -1]
            hits += (words[logits[:, words].argmax(-1)] == right).sum().item()
    print(json.dumps({"loss": loss.item(), "accuracy": hits / TEST}))


if __name__ == "__main__":
    {"make": make, "tune": tune}[sys.argv[1]](sys.argv[2])
