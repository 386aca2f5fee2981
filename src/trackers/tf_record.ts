import { crc32c } from "./crc32c.ts";

/** What is added to a checksum, so that checksums of data with checksums in them do not repeat. */
const MASK_DELTA = 0xa282ead8;

/**
 * Records in TensorFlow's framing: length, its checksum, the record, its checksum.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export function tfRecords(records: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(records.reduce((sum, { length }) => sum + length + 16, 0));
  const view = new DataView(framed.buffer);
  let at = 0;
  for (const record of records) {
    view.setBigUint64(at, BigInt(record.length), true);
    view.setUint32(at + 8, masked(crc32c(framed.subarray(at, at + 8))), true);
    framed.set(record, at + 12);
    view.setUint32(at + 12 + record.length, masked(crc32c(record)), true);
    at += record.length + 16;
  }
  return framed;
}

function masked(crc: number): number {
  return ((crc >>> 15 | crc << 17) + MASK_DELTA) >>> 0;
}
