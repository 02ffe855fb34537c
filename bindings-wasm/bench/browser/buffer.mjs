// The AWS Encryption SDK decrypts with Node's Buffer, which its documentation leaves to the page.
import { Buffer } from 'buffer';

globalThis.Buffer = Buffer;
