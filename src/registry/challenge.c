#include "registry/challenge.h"

#include <strings.h>

#include "base/buf.h"

static bool is_token(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static struct str take_token(struct str *rest)
{
    size_t len = 0;
    while (len < rest->len && is_token(rest->data[len]))
        len++;
    struct str token = str_first(*rest, len);
    *rest = str_from(*rest, len);
    return token;
}

static void pass_blank(struct str *rest)
{
    while (rest->len && (rest->data[0] == ' ' || rest->data[0] == '\t' || rest->data[0] == ','))
        *rest = str_from(*rest, 1);
}

/* A token or a quoted string. */
static struct str take_value(struct str *rest, struct arena *arena)
{
    AUTO_BUF text = {0};
    if (rest->len == 0 || rest->data[0] != '"')
        return arena_str(arena, take_token(rest));
    size_t at = 1;
    for (; at < rest->len && rest->data[at] != '"'; at++) {
        if (rest->data[at] == '\\' && at + 1 < rest->len)
            at++;
        buf_putc(&text, rest->data[at]);
    }
    *rest = str_from(*rest, at < rest->len ? at + 1 : at);
    return arena_str(arena, buf_str(&text));
}

static bool same(struct str a, const char *b)
{
    return a.len == strlen(b) && strncasecmp(a.data, b, a.len) == 0;
}

void challenge_parse(struct str value, struct arena *arena, struct challenge *ret_challenge)
{
    bool bearer = false; /* the parameters are of it */
    for (struct str rest = value;;) {
        pass_blank(&rest);
        struct str name = take_token(&rest);
        if (name.len == 0)
            return;
        if (rest.len == 0 || rest.data[0] != '=') { /* a scheme */
            bearer = same(name, "bearer");
            ret_challenge->bearer = ret_challenge->bearer || bearer;
            ret_challenge->basic = ret_challenge->basic || same(name, "basic");
            continue;
        }
        rest = str_from(rest, 1);
        struct str text = take_value(&rest, arena);
        const struct {
            const char *name;
            struct str *where;
        } known[] = {
            {"realm", &ret_challenge->realm},
            {"service", &ret_challenge->service},
            {"scope", &ret_challenge->scope},
            {"error", &ret_challenge->error},
        };
        for (size_t i = 0; i < ARRAY_LEN(known) && bearer; i++)
            if (same(name, known[i].name))
                *known[i].where = text;
    }
}
