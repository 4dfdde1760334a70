/** A fault verb for CRIU: where it is about to write or read a file there is a folder of that name. */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type CriuScene, defineFault } from 'mktrouble/fault';

export default defineFault<CriuScene>({
  contract: 1,
  name: 'take-name',
  statement: 'Makes a folder with the name of an image.',
  backends: ['criu'],
  moments: {
    'pre-dump': 'no image is written yet',
    'post-dump': 'the images are written',
    'before-restore': 'the images are about to be read',
  },
  targets: 'none',
  words: { file: { type: 'text', statement: 'the image: inventory.img' } },
  fire({ with: { file } }, { images }) {
    const folder = path.join(images, String(file));
    rmSync(folder, { force: true });
    mkdirSync(folder);
    return true;
  },
});
