export type { Bilingual } from "../base/bilingual.ts";
