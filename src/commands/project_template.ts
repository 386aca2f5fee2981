/** What a new project starts from. */
interface ProjectTemplate {
  /** Files, and folders with all files in them, by their paths in the program's folder, and where they go in the project. */
  readonly copies: Readonly<Record<string, string>>;
  /** What the project is about, for its README. */
  readonly about: string;
  /** What is answered by the tuned prompt in its README, as an argument of `predict`. */
  readonly asked: string;
}

const REVIEWS = {
  "data/reviews-demo/train.tsv": "data/train.tsv",
  "data/reviews-demo/validation.tsv": "data/validation.tsv",
  "data/reviews-demo/test.tsv": "data/test.tsv",
};

/** The model that comes with the program. */
const MODEL = { "data/models/reviews-mlm-mini": "models/reviews-mlm-mini" };

/** The templates, by what `--template` takes. The experiment of each is `templates/<name>.yaml`. */
export const TEMPLATES = {
  "sentiment": {
    copies: { ...REVIEWS, ...MODEL },
    about: "Reviews of films, for or against: a small model and 446 reviews, both in this folder.",
    asked: '"warm, wise, and over too soon"',
  },
  "topics": {
    copies: { "templates/topics.tsv": "data/topics.tsv", ...MODEL },
    about:
      "Descriptions of films, of horror, war, comedy or romance: a small model and 64 sentences, both in this folder.",
    asked: '"something scratches at the door of the cabin"',
  },
  "question-answering": {
    copies: {
      "data/questions-demo/train.jsonl": "data/train.jsonl",
      "data/questions-demo/validation.jsonl": "data/validation.jsonl",
      "data/questions-demo/test.jsonl": "data/test.jsonl",
    },
    about: "Questions on short texts, which T5 answers: the first run downloads it.",
    asked: "--file data/test.jsonl",
  },
  "chinese": {
    copies: { "data/reviews-demo/chinese.tsv": "data/chinese.tsv" },
    about:
      "Chinese reviews of films, for or against: the first run downloads a Chinese BERT. 中文影评的情感分类。",
    asked: '"看到一半我就想走"',
  },
  "hub-model": {
    copies: REVIEWS,
    about:
      "Reviews of films, for or against, with a model of the Hugging Face hub: the first run downloads it.",
    asked: '"warm, wise, and over too soon"',
  },
} satisfies Readonly<Record<string, ProjectTemplate>>;
