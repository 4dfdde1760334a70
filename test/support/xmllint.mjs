/** Validates XML from standard input, as `{ xml, schema }`, and prints the errors as JSON: in a process of its own, without any loader. */
import { text } from 'node:stream/consumers';
import { validateXML } from 'xmllint-wasm';

const { xml, schema } = JSON.parse(await text(process.stdin));
const { errors } = await validateXML({
  xml: { fileName: 'report.xml', contents: xml },
  schema: { fileName: 'junit.xsd', contents: schema },
});
process.stdout.write(JSON.stringify(errors.map(({ message }) => message)));
