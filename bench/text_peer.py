"""Prompt tuning with text targets in PyTorch, on T5-small's and GPT-2's shapes with random weights.

    python3 text_peer.py make SHAPE FOLDER             writes FOLDER/{encoder_model,decoder_model}.onnx, or model.onnx
    python3 text_peer.py step SHAPE THREADS WRITTEN    prints the batch, the prompt and the loss as JSON, then for each line that it
                                                       reads does a step, and prints its seconds and its processor's seconds

WRITTEN is `peft`, a step as a user of PEFT writes it: its defaults, and the model in training mode, with the dropout of its published
configuration; or `careful`, PyTorch without PEFT that computes what our step computes: no dropout, and logits at the target's rows alone. The
loss that is printed is without dropout in both.

(torch 2.13, transformers 5.18, peft 0.21, onnx; a shape: t5-small or gpt2)
"""
import json
import os
import sys
import time
import warnings

import torch
import transformers as hf

BATCH, TEXT, TARGET, LENGTH = 32, 64, 8, 20
RATE = 0.03

T5 = dict(vocab_size=32128, d_model=512, d_kv=64, d_ff=2048, num_layers=6, num_decoder_layers=6, num_heads=8,
          decoder_start_token_id=0, pad_token_id=0, eos_token_id=1)


def make(shape):
    torch.manual_seed(0)
    if shape == "t5-small":
        return hf.T5ForConditionalGeneration(hf.T5Config(**T5)).eval()
    return hf.GPT2LMHeadModel(hf.GPT2Config()).eval()


class Encoder(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.encoder = model.get_encoder()

    def forward(self, input_ids, attention_mask):
        return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


class Decoder(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.m = model

    def forward(self, encoder_attention_mask, input_ids, encoder_hidden_states):
        return self.m(encoder_outputs=(encoder_hidden_states,), attention_mask=encoder_attention_mask, decoder_input_ids=input_ids,
                      use_cache=False).logits


class Causal(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.m = model

    def forward(self, input_ids, attention_mask, position_ids):
        return self.m(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids, use_cache=False).logits


def write(module, path, inputs, output, axes):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, tuple(inputs.values()), path, opset_version=17, input_names=list(inputs),
                          output_names=[output], dynamic_axes=axes, dynamo=False)


def export(shape, folder):
    model = make(shape).requires_grad_(False)
    model.set_attn_implementation("eager")
    os.makedirs(folder, exist_ok=True)
    tokens = lambda count: torch.randint(3, 1000, (2, count))
    seen = torch.ones(2, 5, dtype=torch.long)
    text, target = ({0: "batch_size", 1: name} for name in ("sequence_length", "target_length"))
    if shape != "t5-small":
        inputs = dict(input_ids=tokens(5), attention_mask=seen, position_ids=torch.arange(5).expand(2, 5).contiguous())
        write(Causal(model), os.path.join(folder, "model.onnx"), inputs, "logits", {key: text for key in [*inputs, "logits"]})
        return
    write(Encoder(model), os.path.join(folder, "encoder_model.onnx"), dict(input_ids=tokens(5), attention_mask=seen),
          "last_hidden_state", {key: text for key in ("input_ids", "attention_mask", "last_hidden_state")})
    inputs = dict(encoder_attention_mask=seen, input_ids=tokens(4), encoder_hidden_states=torch.randn(2, 5, T5["d_model"]))
    write(Decoder(model), os.path.join(folder, "decoder_model.onnx"), inputs, "logits",
          {"encoder_attention_mask": text, "encoder_hidden_states": text, "input_ids": target, "logits": target})


def of_peft(base, is_causal, texts, targets):
    """The loss as a function, the prompt's first vectors, and what is trained."""
    import peft

    task = peft.TaskType.CAUSAL_LM if is_causal else peft.TaskType.SEQ_2_SEQ_LM
    if not is_causal:
        # peft 0.21 looks for this name, which transformers 5.18 has changed; a step does not use it.
        base._prepare_encoder_decoder_kwargs_for_generation = base._prepare_text_encoder_decoder_kwargs_for_generation
    model = peft.get_peft_model(base, peft.PromptTuningConfig(task_type=task, num_virtual_tokens=LENGTH))
    if is_causal:
        batch = dict(input_ids=torch.cat([texts, targets], 1),
                     labels=torch.cat([torch.full_like(texts, -100), targets], 1))
    else:
        batch = dict(input_ids=texts, labels=targets)
    batch["attention_mask"] = torch.ones_like(batch["input_ids"])
    # Of an encoder-decoder it has as many vectors again, which its forward pass leaves unused.
    return lambda: model(**batch).loss, model.get_prompt_embedding_to_save("default")[:LENGTH], model


def careful(base, is_causal, texts, targets):
    table = base.get_input_embeddings()
    prompt = torch.nn.Parameter(torch.randn(LENGTH, table.embedding_dim))
    base.requires_grad_(False)
    read = torch.cat([texts, targets[:, :-1]], 1) if is_causal else texts
    words = table(read)

    def loss():
        inputs = torch.cat([prompt.expand(BATCH, -1, -1), words], 1)
        if not is_causal:
            return base(inputs_embeds=inputs, labels=targets).loss
        hidden = base.transformer(inputs_embeds=inputs, use_cache=False).last_hidden_state[:, -TARGET:]
        return torch.nn.functional.cross_entropy(base.lm_head(hidden).flatten(0, 1), targets.flatten())

    return loss, prompt.detach(), torch.nn.ParameterList([prompt])


def step(shape, threads, written):
    torch.set_num_threads(threads)
    base = make(shape)
    torch.manual_seed(1)
    texts, targets = (torch.randint(3, base.config.vocab_size, (BATCH, count)) for count in (TEXT, TARGET))
    loss, prompt, trained = (of_peft if written == "peft" else careful)(base, shape != "t5-small", texts, targets)
    base.eval()
    first = loss().item()
    print(json.dumps(dict(prompt=prompt.flatten().tolist(), texts=texts.tolist(), targets=targets.tolist(), loss=first)), flush=True)
    base.train(written == "peft")
    optimizer = torch.optim.AdamW((p for p in trained.parameters() if p.requires_grad), lr=RATE)
    for _ in sys.stdin:
        start, processor = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        print(json.dumps([time.perf_counter() - start, time.process_time() - processor]), flush=True)


if __name__ == "__main__":
    task, shape, *given = sys.argv[1:]
    hf.logging.set_verbosity_error()
    export(shape, *given) if task == "make" else step(shape, int(given[0]), given[1])
