/* Signed VEX: DSSE envelopes around in-toto statements, and signatures that stand in a file beside
 * the document. */
#include "decide/internal.h"

#include "base/base64.h"
#include "base/limits.h"
#include "io/dsse.h"
#include "io/whole_file.h"

/* OpenVEX, "Attestations": statements without products are about the subjects. */
static void name_subjects(json_t *predicate, const json_t *subjects)
{
    size_t i, k;
    json_t *statement, *subject;
    json_array_foreach(json_list(predicate, "statements"), i, statement)
    {
        json_t *products = json_list(statement, "products");
        if (!json_is_object(statement) || json_array_size(products) || !json_array_size(subjects))
            continue;
        products = json_array();
        json_array_foreach(subjects, k, subject)
        {
            struct str hex = json_text(json_member(subject, "digest"), "sha256");
            json_array_append_new(products, json_pack("{s:s%, s:{s:s%}}", "@id",
                                                      json_text(subject, "name").data,
                                                      json_text(subject, "name").len, "hashes",
                                                      "sha-256", hex.data, hex.len));
        }
        json_object_set_new(statement, "products", products);
    }
}

int vex_take_predicate(struct str body, struct buf *ret_text, struct pl_err *err)
{
    AUTO_JSON *statement = NULL;
    int r = json_document(body, &statement, err);
    if (r < 0)
        return r;
    json_t *predicate = json_member(statement, "predicate");
    if (!str_starts(json_text(statement, "_type"), STR("https://in-toto.io/Statement/")) ||
        !predicate) {
        buf_add(ret_text, body); /* the document itself was signed */
        return 0;
    }
    name_subjects(predicate, json_list(statement, "subject"));
    char *text = json_dumps(predicate, JSON_COMPACT);
    if (text)
        buf_puts(ret_text, text);
    free(text);
    return 0;
}

/* PATH.sig: base64 of the signature, as cosign sign-blob writes it. */
static int check_beside(const char *path, struct str document, const struct signature_key *key,
                        struct pl_err *err)
{
    AUTO_BUF name = {0}, text = {0}, signature = {0};
    buf_printf(&name, "%s.sig", path);
    buf_putc(&name, 0);
    if (whole_file_read(name.data, LIMIT_FILE_SMALL, LIMIT_NAME(LIMIT_FILE_SMALL), &text, NULL) < 0)
        return err_set(err, PL_E_DIGEST, "it is not signed: there is no %s", name.data);
    if (!base64_decode(buf_str(&text), &signature) ||
        !signature_verify(key, document, buf_str(&signature)))
        return err_set(err, PL_E_DIGEST, "the signature in %s is not the given key's of this file",
                       name.data);
    buf_free(&signature);
    return 0;
}

int vex_open_envelope(const char *path, struct str document, const char *key_path,
                      struct buf *ret_text, struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    CLEANUP(signature_key_freep) struct signature_key *key = NULL;
    int r = key_path ? signature_key_read(key_path, &key, err) : 0;
    if (r == 0)
        r = json_document(document, &root, err);
    if (r < 0)
        return r;
    if (dsse_is_envelope(root)) {
        AUTO_BUF body = {0};
        r = dsse_open(root, (const struct signature_key *const *)&key, key != NULL, &body, err);
        return r < 0 ? r : vex_take_predicate(buf_str(&body), ret_text, err);
    }
    if (key)
        r = check_beside(path, document, key, err);
    if (r == 0)
        buf_add(ret_text, document);
    return r;
}
