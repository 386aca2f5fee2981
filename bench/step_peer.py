"""A step of prompt tuning for classification in PyTorch, on models with random weights, in two ways:

peft      as a user of PEFT writes it: logits of all words at all positions, of which the answer's are taken
careful   PyTorch written with care: the head at the answer's position alone

    python3 step_peer.py make SHAPE FOLDER           writes FOLDER/model.onnx
    python3 step_peer.py step SHAPE BATCH THREADS    prints the prompt, the tokens and the loss of both ways as JSON, then for each
                                                     line that it reads, which names a way, does a step of it and prints its seconds
                                                     and its processor's seconds

(torch 2.13, transformers 5.18, peft 0.21, onnx; a shape: a key of SHAPES)
"""
import json
import os
import sys
import time
import warnings

import torch
import transformers as hf

TEXT, LENGTH = 44, 20
RATE = 0.03
# Where the answer stands in the text: a mask near its end, or the last token of a causal model.
MASK = TEXT - 3
WORDS = [[387, 1316], [307, 381]]

BERT = dict(vocab_size=30522, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)


def bert(layers, width, heads):
    return hf.BertForMaskedLM, hf.BertConfig(num_hidden_layers=layers, hidden_size=width, num_attention_heads=heads,
                                             intermediate_size=4 * width, **BERT)


SHAPES = {
    "2x128": lambda: bert(2, 128, 2),
    "4x256": lambda: bert(4, 256, 4),
    "bert-base": lambda: bert(12, 768, 12),
    "gpt2": lambda: (hf.GPT2LMHeadModel, hf.GPT2Config(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)),
    # The shape of SmolLM2-135M: nine heads share three of keys and values.
    "smollm2-135m": lambda: (hf.LlamaForCausalLM, hf.LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, rope_theta=100000.0, rms_norm_eps=1e-5, tie_word_embeddings=True, max_position_embeddings=8192)),
}


def made(shape):
    torch.manual_seed(0)
    kind, config = SHAPES[shape]()
    model = kind(config).eval().requires_grad_(False)
    for module in model.modules():
        # Equal biases would be exported as one, without the names that bench/bert_weights.ts looks for.
        if isinstance(module, torch.nn.Linear) and module.bias is not None:
            module.bias.normal_(std=0.02)
    return model


class Exported(torch.nn.Module):
    def __init__(self, model, is_causal):
        super().__init__()
        self.model, self.is_causal = model, is_causal

    def forward(self, input_ids, attention_mask, position_ids):
        more = dict(use_cache=False) if self.is_causal else {}
        return self.model(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids, **more).logits


def export(shape, folder):
    model = made(shape)
    model.set_attn_implementation("eager")
    os.makedirs(folder, exist_ok=True)
    inputs = dict(input_ids=torch.randint(3, 1000, (2, 5)), attention_mask=torch.ones(2, 5, dtype=torch.long),
                  position_ids=torch.arange(5).expand(2, 5).contiguous())
    axes = {0: "batch_size", 1: "sequence_length"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(Exported(model, is_causal(model)), tuple(inputs.values()), os.path.join(folder, "model.onnx"),
                          opset_version=17, input_names=list(inputs), output_names=["logits"],
                          dynamic_axes={key: axes for key in [*inputs, "logits"]}, dynamo=False)


def is_causal(model):
    return not isinstance(model, hf.BertForMaskedLM)


def class_loss(logits, labels):
    """The cross entropy over the classes, a class's logit being the mean of its words'. logits: [batch, words of the vocabulary]"""
    classes = torch.stack([logits[:, words].mean(1) for words in WORDS], 1)
    return torch.nn.functional.cross_entropy(classes, labels)


def step(shape, batch, threads):
    import peft

    torch.set_num_threads(threads)
    base = made(shape)
    causal = is_causal(base)
    at = TEXT - 1 if causal else MASK
    task = peft.TaskType.CAUSAL_LM if causal else peft.TaskType.FEATURE_EXTRACTION
    tuned = peft.get_peft_model(base, peft.PromptTuningConfig(task_type=task, num_virtual_tokens=LENGTH))
    tuned.train()
    torch.manual_seed(1)
    ids = torch.randint(5, base.config.vocab_size, (batch, TEXT))
    seen = torch.ones_like(ids)
    labels = torch.arange(batch) % 2

    def logits_of_peft():
        return tuned(input_ids=ids, attention_mask=seen).logits[:, LENGTH + at]

    prompt = torch.nn.Parameter(next(p for p in tuned.parameters() if p.requires_grad).detach().clone())
    words = base.get_input_embeddings()

    def logits_of_care():
        vectors = torch.cat([prompt.expand(batch, -1, -1), words(ids)], 1)
        both = torch.ones(batch, LENGTH + TEXT, dtype=torch.long)
        if causal:
            return base(inputs_embeds=vectors, attention_mask=both, logits_to_keep=1, use_cache=False).logits[:, -1]
        return base.cls(base.bert(inputs_embeds=vectors, attention_mask=both).last_hidden_state[:, LENGTH + at])

    def stepper(logits, parameters):
        optimizer = torch.optim.AdamW(parameters, lr=RATE)

        def one():
            optimizer.zero_grad()
            loss = class_loss(logits(), labels)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            return loss.item()

        return one

    start = prompt.flatten().tolist()
    ways = dict(peft=stepper(logits_of_peft, [p for p in tuned.parameters() if p.requires_grad]),
                careful=stepper(logits_of_care, [prompt]))
    losses = {name: one() for name, one in ways.items()}
    print(json.dumps(dict(prompt=start, texts=ids.tolist(), answer=at, losses=losses)), flush=True)
    for line in sys.stdin:
        begun, processor = time.perf_counter(), time.process_time()
        ways[line.strip()]()
        print(json.dumps([time.perf_counter() - begun, time.process_time() - processor]), flush=True)


if __name__ == "__main__":
    hf.logging.set_verbosity_error()
    task, *rest = sys.argv[1:]
    export(*rest) if task == "make" else step(rest[0], int(rest[1]), int(rest[2]))
