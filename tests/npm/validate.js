// Holds CycloneDX documents (JSON) against the schema of their version, which CycloneDX's own library brings; for SPDX
// documents checks that every license expression is one. Prints a list of what is wrong.
"use strict";
const fs = require("fs");
const path = require("path");
const Ajv = require("ajv");
const formats = require("ajv-formats");
const expression = require("spdx-expression-parse");

const folder = path.join(path.dirname(require.resolve("@cyclonedx/cyclonedx-library/package.json")), "res", "schema");
const read = (name) => JSON.parse(fs.readFileSync(name, "utf8"));

function cyclonedx(document) {
    const ajv = new Ajv({ strict: false, allErrors: true, formats: { "iri-reference": true, "idn-email": true } });
    formats(ajv);
    // They refer to one another by the names of these files.
    for (const name of ["spdx", "jsf-0.82", "cryptography-defs"]) {
        const file = `${name}.SNAPSHOT.schema.json`;
        ajv.addSchema({ ...read(path.join(folder, file)), $id: `http://cyclonedx.org/schema/${file}` });
    }
    const check = ajv.compile(read(path.join(folder, `bom-${document.specVersion}.SNAPSHOT.schema.json`)));
    return check(document) ? [] : check.errors.slice(0, 10).map((error) => `${error.instancePath}: ${error.message}`);
}

function spdx(document) {
    const wrong = [];
    const known = new Set((document.hasExtractedLicensingInfos || []).map((item) => item.licenseId));
    for (const item of document.packages) {
        for (const text of [item.licenseDeclared, item.licenseConcluded]) {
            if (text === "NOASSERTION" || text === "NONE")
                continue;
            try {
                expression(text);
                for (const ref of text.match(/LicenseRef-[A-Za-z0-9.-]+/g) || [])
                    if (!known.has(ref))
                        wrong.push(`${item.SPDXID}: ${ref} is not told`);
            } catch (error) {
                wrong.push(`${item.SPDXID}: ${text}: ${error.message}`);
            }
        }
    }
    return wrong;
}

// SPDX's own schema of 3.0.1, which cdxgen brings.
function spdx3(document) {
    const Ajv2020 = require("ajv/dist/2020");
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const check = ajv.compile(read(path.join(__dirname, "node_modules", ".parts", "spdx-3.0.1.schema.json")));
    return check(document) ? [] : check.errors.slice(0, 10).map((error) => `${error.instancePath}: ${error.message}`);
}

const document = read(process.argv[2]);
console.log(JSON.stringify(document.bomFormat ? cyclonedx(document) : document["@graph"] ? spdx3(document) : spdx(document)));
