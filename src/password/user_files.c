/* Users and their passwords in files that have a form of their own: GlassFish, JAAS, HAProxy,
 * Monit, PgBouncer, PostgreSQL's clients, Samba, LDAP, rsh, Keycloak, RabbitMQ. */
#include <strings.h>

#include "base/base64.h"
#include "io/json_doc.h"
#include "password/derived.h"
#include "password/internal.h"

enum { WORDS = 16 };

struct user_lines {
    struct str rest;
    uint32_t line;
    uint64_t accounts;
};

/* The next line that is none of comments; LIMIT_PASSWORD_ACCOUNTS of them. */
static bool next_line(struct password_file *file, struct user_lines *lines, struct str *ret_text)
{
    while (str_cut(&lines->rest, '\n', ret_text)) {
        lines->line++;
        *ret_text = str_trim(*ret_text);
        if (ret_text->len == 0 || ret_text->data[0] == '#' || ret_text->data[0] == ';')
            continue;
        if (lines->accounts++ < LIMIT_PASSWORD_ACCOUNTS)
            return true;
        file->cut = LIMIT_NAME(LIMIT_PASSWORD_ACCOUNTS);
        return false;
    }
    return false;
}

/* Words apart by white space; quotes hold spaces together and are left away. */
static size_t split(struct str line, struct str words[WORDS])
{
    size_t count = 0;
    for (size_t i = 0; i < line.len && count < WORDS;) {
        char quote = line.data[i] == '"' || line.data[i] == '\'' ? line.data[i] : 0;
        size_t start = i += quote != 0;
        while (i < line.len &&
               (quote ? line.data[i] != quote : line.data[i] != ' ' && line.data[i] != '\t'))
            i++;
        if (i > start || quote)
            words[count++] = str_make(line.data + start, i - start);
        i++;
    }
    return count;
}

/* GlassFish, Payara: user;{SSHA256}...;groups */
void read_admin_keyfile(struct password_file *file)
{
    struct user_lines lines = {.rest = file->bytes};
    struct str text, user, hash_text;
    while (next_line(file, &lines, &text)) {
        struct password_hash hash;
        if (str_cut(&text, ';', &user) && str_cut(&text, ';', &hash_text) &&
            derived_measure(HASH_GLASSFISH, hash_text, &hash))
            password_take_hash(file, "password-default-account", lines.line, user, &hash);
    }
}

/* ---- JAAS ---- */

/* The value in quotes that stands behind `*at`; moves it behind that. */
static bool quoted_value(struct str text, size_t *at, struct str *ret)
{
    size_t i = *at;
    while (i < text.len && (text.data[i] == ' ' || text.data[i] == '=' || text.data[i] == '\\'))
        i++;
    if (i >= text.len || text.data[i] != '"')
        return false;
    size_t len = str_index(str_from(text, i + 1), '"');
    if (len == SIZE_MAX)
        return false;
    *ret = str_make(text.data + i + 1, len);
    if (str_ends(*ret, STR("\\")))
        ret->len--;
    *at = i + len + 2;
    return true;
}

/* Kafka's and ZooKeeper's login modules: username="a" password="b" user_c="d" */
void read_jaas(struct password_file *file)
{
    struct user_lines lines = {.rest = file->bytes};
    struct str text, user = STR_NONE;
    while (next_line(file, &lines, &text)) {
        for (size_t i = 0; i < text.len;) {
            size_t equals = str_index(str_from(text, i), '=');
            if (equals == SIZE_MAX)
                break;
            equals += i;
            size_t start = equals, at = equals;
            while (start > i && text.data[start - 1] != ' ' && text.data[start - 1] != '\t' &&
                   text.data[start - 1] != '"' && text.data[start - 1] != ';')
                start--;
            struct str key = str_make(text.data + start, equals - start), value;
            i = equals + 1;
            if (!quoted_value(text, &at, &value))
                continue;
            i = at;
            if (str_is(key, "username"))
                user = value;
            else if (str_is(key, "password"))
                password_take_setting(file, "password-default-account", lines.line, user, value);
            else if (str_starts(key, STR("user_")))
                password_take_setting(file, "password-default-account", lines.line,
                                      str_from(key, 5), value);
        }
    }
}

/* ---- proxies ---- */

static void take_pair(struct password_file *file, uint32_t line, struct str pair)
{
    struct str user;
    if (str_cut(&pair, ':', &user) && pair.data)
        password_take_setting(file, "password-default-account", line, user, pair);
}

/* HAProxy: "stats auth user:password", "user NAME password HASH" and "insecure-password"; Monit:
 * "allow user:password". */
void read_haproxy(struct password_file *file)
{
    struct user_lines lines = {.rest = file->bytes};
    struct str text, words[WORDS];
    while (next_line(file, &lines, &text)) {
        size_t count = split(text, words);
        if (count >= 3 && str_is(words[0], "stats") && str_is(words[1], "auth"))
            take_pair(file, lines.line, words[2]);
        else if (count >= 2 && str_is(words[0], "allow"))
            take_pair(file, lines.line, words[1]);
        else if (count >= 4 && str_is(words[0], "user") && str_is(words[2], "insecure-password"))
            password_take_setting(file, "password-default-account", lines.line, words[1], words[3]);
        else if (count >= 4 && str_is(words[0], "user") && str_is(words[2], "password"))
            password_take(file, "password-default-account", lines.line, words[1], words[3]);
    }
}

/* ---- databases ---- */

/* PgBouncer: "user" "password or hash" */
void read_userlist(struct password_file *file)
{
    struct user_lines lines = {.rest = file->bytes};
    struct str text, words[WORDS];
    while (next_line(file, &lines, &text))
        if (text.data[0] == '"' && split(text, words) >= 2)
            password_take_setting(file, "password-default-account", lines.line, words[0], words[1]);
}

/* libpq, "The Password File": host:port:database:user:password */
void read_pgpass(struct password_file *file)
{
    struct user_lines lines = {.rest = file->bytes};
    struct str text, host, port, database, user;
    while (next_line(file, &lines, &text))
        if (str_cut(&text, ':', &host) && str_cut(&text, ':', &port) &&
            str_cut(&text, ':', &database) && str_cut(&text, ':', &user) && text.len)
            password_take_setting(file, "password-default-account", lines.line, user, text);
}

/* smbpasswd(5): user:uid:LM:NT:[flags]:... */
void read_smbpasswd(struct password_file *file)
{
    enum { FIELDS = 5, NT = 3, FLAGS = 4, DIGITS = 32 };
    struct user_lines lines = {.rest = file->bytes};
    struct str text;
    while (next_line(file, &lines, &text)) {
        struct str fields[FIELDS];
        AUTO_BUF hash = {0};
        size_t count = 0;
        while (count < FIELDS && str_cut(&text, ':', &fields[count]))
            count++;
        bool disabled = count == FIELDS && str_index(fields[FLAGS], 'D') != SIZE_MAX;
        if (count < FIELDS || disabled || fields[NT].len != DIGITS)
            continue;
        buf_puts(&hash, "$3$$");
        settings_add_lower(&hash, fields[NT]);
        if (str_index(fields[FLAGS], 'N') != SIZE_MAX)
            password_add(file, "password-empty", SEVERITY_UNKNOWN, lines.line, fields[0],
                         fields[0]);
        else if (fields[NT].data[0] != 'X')
            password_take(file, "password-opened", lines.line, fields[0], buf_str(&hash));
    }
}

/* LDIF, RFC 2849: "olcRootPW: {SSHA}...", and base64 behind "::". */
void read_ldif(struct password_file *file)
{
    const struct str keys[] = {STR("olcRootPW:"), STR("userPassword:")};
    struct user_lines lines = {.rest = file->bytes};
    struct str text;
    while (next_line(file, &lines, &text))
        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
            AUTO_BUF clear = {0};
            if (text.len <= keys[i].len || strncasecmp(text.data, keys[i].data, keys[i].len) != 0)
                continue;
            struct str value = str_from(text, keys[i].len);
            if (value.data[0] == ':') {
                if (!base64_decode(str_from(value, 1), &clear))
                    continue;
                value = buf_str(&clear);
            }
            password_take_setting(file, "password-default-account", lines.line,
                                  i == 0 ? STR("admin") : STR_NONE, str_trim(value));
        }
}

/* ---- rsh ---- */

/* hosts.equiv(5): "+" is any host, and "host +" any user of it. */
void read_rhosts(struct password_file *file)
{
    struct user_lines lines = {.rest = file->bytes};
    struct str text, words[WORDS];
    while (next_line(file, &lines, &text)) {
        size_t count = split(text, words);
        if (count && (str_is(words[0], "+") || (count > 1 && str_is(words[1], "+"))))
            password_add(file, "password-rhosts", SEVERITY_UNKNOWN, lines.line, text, text);
    }
}

/* ---- Keycloak ---- */

static void take_credential(struct password_file *file, struct str user, json_t *credential)
{
    struct str value = json_text(credential, "value");
    if (str_is(json_text(credential, "type"), "password") && value.len)
        password_take_setting(file, "password-default-account", 0, user, value);
}

static void take_users(struct password_file *file, json_t *realm)
{
    size_t index, number;
    json_t *user, *credential;
    json_array_foreach(json_list(realm, "users"), index, user)
    {
        if (index >= LIMIT_PASSWORD_ACCOUNTS) {
            file->cut = LIMIT_NAME(LIMIT_PASSWORD_ACCOUNTS);
            return;
        }
        json_array_foreach(json_list(user, "credentials"), number, credential)
            take_credential(file, json_text(user, "username"), credential);
    }
}

/* An export of one realm, or a list of them. */
void read_keycloak(struct password_file *file)
{
    AUTO_JSON *root = NULL;
    size_t index;
    json_t *realm;
    if (str_find(file->bytes, STR("\"credentials\"")) == SIZE_MAX ||
        json_document(file->bytes, &root, &file->problem) < 0)
        return;
    take_users(file, root);
    json_array_foreach(root, index, realm) take_users(file, realm);
}

/* ---- RabbitMQ ---- */

/* rabbitmq.config is Erlang: {loopback_users, []} lets guest in from everywhere. */
void read_rabbitmq_config(struct password_file *file)
{
    struct user_lines lines = {.rest = file->bytes};
    struct str text;
    while (next_line(file, &lines, &text)) {
        size_t at = text.data[0] == '%' ? SIZE_MAX : str_find(text, STR("loopback_users"));
        if (at == SIZE_MAX)
            continue;
        struct str rest = str_from(text, at + 14);
        while (rest.len && (rest.data[0] == ' ' || rest.data[0] == ','))
            rest = str_from(rest, 1);
        if (str_starts(rest, STR("[]")))
            password_add(file, "password-rabbitmq-guest", SEVERITY_UNKNOWN, lines.line, STR_NONE,
                         STR("loopback_users: []"));
    }
}
