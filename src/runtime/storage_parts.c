#include "runtime/storage_parts.h"

#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "io/whole_file.h"

bool storage_name_is_plain(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !strchr("-_.", c))
            return false;
    }
    return name.len > 0 && name.len < 200 && name.data[0] != '.';
}

bool storage_is_hex(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789abcdef", text.data[i]) || !text.data[i])
            return false;
    return text.len > 0;
}

bool storage_exists(struct str path)
{
    AUTO_FREE char *name = str_dup(path);
    return access(name, F_OK) == 0;
}

int storage_text(struct str path, struct arena *arena, struct str *ret_text, struct pl_err *err)
{
    AUTO_BUF text = {0};
    AUTO_FREE char *name = str_dup(path);
    int r = whole_file_read(name, LIMIT_ENGINE_REPLY, LIMIT_NAME(LIMIT_ENGINE_REPLY), &text, err);
    if (r == 0)
        *ret_text = arena_str(arena, str_trim(buf_str(&text)));
    return r;
}

int storage_json(struct str path, json_t **ret_root, struct pl_err *err)
{
    struct arena arena = {0};
    struct str text;
    int r = storage_text(path, &arena, &text, err);
    if (r == 0 && (r = json_document(text, ret_root, err)) < 0)
        err_prefix(err, "%.*s", STR_ARG(path));
    arena_free(&arena);
    return r;
}

int storage_config(struct str path, struct str image_id, struct arena *arena, struct str *ret_bytes,
                   struct pl_err *err)
{
    AUTO_BUF text = {0};
    AUTO_FREE char *name = str_dup(path);
    char digest[DIGEST_TEXT];
    int r = whole_file_read(name, LIMIT_MANIFEST, LIMIT_NAME(LIMIT_MANIFEST), &text, err);
    if (r < 0)
        return r;
    sha256_of(buf_str(&text), digest);
    if (!str_is(image_id, digest))
        return err_set(err, PL_E_DIGEST, "%s has other bytes: their digest is %s", name, digest);
    *ret_bytes = arena_str(arena, buf_str(&text));
    return 0;
}

struct str storage_id_part(struct str text)
{
    struct str part = str_starts(text, STR("sha256:")) ? str_from(text, 7) : text;
    return storage_is_hex(part) && part.len <= SHA256_HEX ? part : STR_NONE;
}

void storage_match_id(struct storage_match *match, struct str part, struct str id)
{
    if (part.len == 0 || !str_starts(id, part) || str_equal(match->id, id))
        return;
    match->ambiguous = match->id.len != 0;
    match->id = id;
}
