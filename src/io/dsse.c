#include "io/dsse.h"

#include "base/base64.h"

bool dsse_is_envelope(const json_t *document)
{
    return json_object_get(document, "payload") && json_list(document, "signatures");
}

/* The pre-authentication encoding: what is signed. */
static void encode(struct buf *out, struct str type, struct str body)
{
    buf_printf(out, "DSSEv1 %zu %.*s %zu ", type.len, STR_ARG(type), body.len);
    buf_add(out, body);
}

static bool is_signed(const json_t *envelope, const struct signature_key *const *keys,
                      size_t key_count, struct str body)
{
    enum { SIGNATURES = 64 };
    AUTO_BUF message = {0};
    size_t index;
    json_t *item;
    encode(&message, json_text(envelope, "payloadType"), body);
    json_array_foreach(json_list(envelope, "signatures"), index, item)
    {
        AUTO_BUF signature = {0};
        if (index >= SIGNATURES || !base64_decode(json_text(item, "sig"), &signature))
            continue;
        for (size_t i = 0; i < key_count; i++)
            if (signature_verify(keys[i], buf_str(&message), buf_str(&signature)))
                return true;
    }
    return false;
}

int dsse_open(const json_t *envelope, const struct signature_key *const *keys, size_t key_count,
              struct buf *ret_payload, struct pl_err *err)
{
    AUTO_BUF body = {0};
    if (!base64_decode(json_text(envelope, "payload"), &body))
        return err_set(err, PL_E_FORMAT, "the payload of the envelope is no base64");
    if (key_count && !is_signed(envelope, keys, key_count, buf_str(&body)))
        return err_set(err, PL_E_DIGEST, "no signature of the envelope is the given key's");
    buf_add(ret_payload, buf_str(&body));
    return 0;
}

int dsse_seal(struct str type, struct str body, const struct signature_key *key,
              struct buf *ret_envelope, struct pl_err *err)
{
    AUTO_BUF message = {0};
    AUTO_BUF signature = {0};
    AUTO_BUF payload = {0};
    AUTO_BUF text = {0};
    char id[DIGEST_TEXT];
    encode(&message, type, body);
    int r = signature_sign(key, buf_str(&message), &signature, err);
    if (r < 0)
        return r;
    signature_key_id(key, id);
    base64_encode(body, &payload);
    base64_encode(buf_str(&signature), &text);
    buf_printf(ret_envelope,
               "{\"payloadType\":\"%.*s\",\"payload\":\"%.*s\",\"signatures\":[{\"keyid\":\"%s\","
               "\"sig\":\"%.*s\"}]}",
               STR_ARG(type), STR_ARG(buf_str(&payload)), id, STR_ARG(buf_str(&text)));
    return 0;
}

bool statement_is(const json_t *document)
{
    return str_starts(json_text(document, "_type"), STR("https://in-toto.io/Statement/")) &&
           json_object_get(document, "predicate");
}

bool statement_is_about(const json_t *statement, struct str digest)
{
    size_t index;
    json_t *subject;
    json_array_foreach(json_list(statement, "subject"), index, subject)
    {
        struct str hex = json_text(json_member(subject, "digest"), "sha256");
        if (hex.len && str_equal(hex, str_from(digest, STR("sha256:").len)))
            return true;
    }
    return false;
}
