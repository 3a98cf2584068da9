// A bundle of sigstore by sigstore's own library, with a key of the test's: sign.js KEY.pem dsse TYPE | message, the bytes
// on standard input, the bundle on standard output.
const crypto = require('node:crypto');
const fs = require('node:fs');
const {DSSEBundleBuilder, MessageSignatureBundleBuilder} = require('@sigstore/sign');
const {bundleToJSON} = require('@sigstore/bundle');

const [key, kind, type] = process.argv.slice(2);
const privateKey = crypto.createPrivateKey(fs.readFileSync(key));
const publicKey = crypto.createPublicKey(privateKey).export({format: 'pem', type: 'spki'});
const signer = {
  sign: async data => ({
    key: {$case: 'publicKey', publicKey, hint: ''},
    signature: crypto.sign(privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, privateKey),
  }),
};
const Builder = kind === 'dsse' ? DSSEBundleBuilder : MessageSignatureBundleBuilder;
new Builder({signer, witnesses: []}).create({data: fs.readFileSync(0), type}).then(
    bundle => process.stdout.write(JSON.stringify(bundleToJSON(bundle))));
