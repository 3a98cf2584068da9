/* Files of services that are no plain list of keys and values. */
#include "io/json_doc.h"
#include "io/xml.h"
#include "password/internal.h"

enum { WORDS = 12 };

/* Words apart by white space, quotes left as they are; the count. */
static size_t split(struct str line, struct str words[WORDS])
{
    size_t count = 0;
    for (size_t i = 0; i < line.len && count < WORDS;) {
        size_t start = i;
        while (i < line.len && line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != '\r')
            i++;
        if (i > start)
            words[count++] = str_make(line.data + start, i - start);
        else
            i++;
    }
    return count;
}

/* Words of each line that is no comment; their count, 0 at the end. */
static size_t next_words(struct str *rest, uint32_t *line, struct str words[WORDS])
{
    struct str text;
    while (str_cut(rest, '\n', &text)) {
        (*line)++;
        size_t hash = str_index(text, '#');
        size_t count = split(str_first(text, hash), words);
        if (count)
            return count;
    }
    return 0;
}

static bool is_local(struct str kind, struct str address)
{
    return str_is(kind, "local") || str_starts(address, STR("127.")) ||
           str_starts(address, STR("::1")) || str_is(address, "localhost") ||
           str_is(address, "samehost");
}

/* PostgreSQL, "The pg_hba.conf File": type database user [address [mask]] method. */
void read_pg_hba(struct password_file *file)
{
    struct str rest = file->bytes, words[WORDS];
    uint32_t line = 0;
    for (size_t count; (count = next_words(&rest, &line, words));) {
        bool local = str_is(words[0], "local");
        size_t at = local ? 3 : 4;
        if (count <= at || (!local && !str_starts(words[0], STR("host"))))
            continue;
        /* A mask may stand behind the address. */
        bool mask = !local && count > at + 1 && str_index(words[at], '.') != SIZE_MAX;
        struct str method = words[at + mask];
        bool inside = is_local(words[0], local ? STR_NONE : words[3]);
        AUTO_BUF who = {0};
        buf_printf(&who, "%.*s %.*s %.*s", STR_ARG(words[1]), STR_ARG(words[2]),
                   STR_ARG(local ? words[0] : words[3]));
        if (str_is(method, "trust") && !inside)
            password_add(file, "password-postgresql-trust", SEVERITY_UNKNOWN, line, buf_str(&who),
                         buf_str(&who));
        else if (str_is(method, "trust"))
            password_add(file, "password-postgresql-trust-local", SEVERITY_UNKNOWN, line,
                         buf_str(&who), buf_str(&who));
        else if (!inside && (str_is(method, "password") || str_is(method, "ident")))
            password_add(file, "password-postgresql-method", SEVERITY_UNKNOWN, line, buf_str(&who),
                         method);
    }
}

/* sudoers(5): "who host=(as) NOPASSWD: ALL". */
void read_sudoers(struct password_file *file)
{
    struct str rest = file->bytes, text;
    for (uint32_t line = 1; str_cut(&rest, '\n', &text); line++) {
        size_t tag = str_find(text, STR("NOPASSWD:"));
        text = str_trim(text);
        if (tag == SIZE_MAX || text.len == 0 || text.data[0] == '#')
            continue;
        struct str words[WORDS],
            commands = str_trim(str_from(text, str_find(text, STR("NOPASSWD:")) + 9));
        size_t count = split(text, words);
        if (count < 2 || !(str_is(commands, "ALL") || str_starts(commands, STR("ALL,"))))
            continue;
        password_add(file, "password-sudo-nopasswd",
                     str_is(words[0], "ALL") ? SEVERITY_CRITICAL : SEVERITY_UNKNOWN, line, words[0],
                     words[0]);
    }
}

/* pam_unix(8): with nullok an account without a password lets everybody in. Debian brings it. */
void read_pam(struct password_file *file)
{
    struct str rest = file->bytes, words[WORDS];
    uint32_t line = 0;
    for (size_t count; (count = next_words(&rest, &line, words));)
        for (size_t i = 1; i + 1 < count; i++)
            if (str_is(words[0], "auth") && str_ends(words[i], STR("pam_permit.so")) &&
                str_is(words[1], "sufficient"))
                password_add(file, "password-pam-permit", SEVERITY_UNKNOWN, line, words[i],
                             words[i]);
}

/* ---- Tomcat ---- */

static bool start_user(void *context, struct str name, const char **attributes)
{
    struct str user = xml_attribute(attributes, "username");
    struct password_file *file = context;
    if (!str_is(name, "user"))
        return false;
    if (user.len == 0)
        user = xml_attribute(attributes, "name");
    password_take(file, "password-tomcat", 0, user, xml_attribute(attributes, "password"));
    return false;
}

static void end_user(void *context, struct str name, struct str text)
{
    (void)context;
    (void)name;
    (void)text;
}

void read_tomcat_users(struct password_file *file)
{
    struct xml_reader reader = {
        .start = start_user, .end = end_user, .context = file, .text = file->bytes};
    xml_read(&reader, &file->problem);
}

/* ---- Redis ---- */

static void take_redis_word(struct password_file *file, uint32_t line, struct str user,
                            struct str word, struct str text)
{
    struct password_hash hash = {.form = HASH_SHA256, .name = "SHA-256", .cost = 1};
    hash.text = str_from(word, 1);
    if (str_is(word, "nopass"))
        password_add(file, "password-redis-open", SEVERITY_UNKNOWN, line, user, text);
    else if (word.data[0] == '>')
        password_take(file, "password-default-account", line, user, hash.text);
    else if (word.data[0] == '#' && hash.text.len == 64)
        password_take_hash(file, "password-default-account", line, user, &hash);
}

/* redis.io, "ACL": user NAME [on|off] [nopass] [>password] [#SHA-256] ... */
void read_redis_acl(struct password_file *file)
{
    struct str rest = file->bytes, text;
    for (uint32_t line = 1; str_cut(&rest, '\n', &text); line++) {
        struct str words = str_trim(text), again, word, user;
        bool on = false;
        if (!str_cut(&words, ' ', &word) || !str_is(word, "user") || !str_cut(&words, ' ', &user))
            continue;
        for (again = words; str_cut(&again, ' ', &word);)
            on = str_is(word, "on") || (on && !str_is(word, "off"));
        for (again = words; on && str_cut(&again, ' ', &word);)
            if (word.len)
                take_redis_word(file, line, user, word, text);
    }
}

/* ---- RabbitMQ ---- */

void read_rabbitmq_definitions(struct password_file *file)
{
    AUTO_JSON *root = NULL;
    size_t index;
    json_t *user;
    if (json_document(file->bytes, &root, &file->problem) < 0)
        return;
    json_array_foreach(json_list(root, "users"), index, user)
    {
        struct password_hash hash = {.form = HASH_RABBITMQ, .name = "SHA-256", .cost = 1};
        struct str name = json_text(user, "name"), algorithm = json_text(user, "hashing_algorithm");
        hash.text = json_text(user, "password_hash");
        if (index >= LIMIT_PASSWORD_ACCOUNTS) {
            file->cut = LIMIT_NAME(LIMIT_PASSWORD_ACCOUNTS);
            break;
        }
        if (hash.text.len &&
            (algorithm.len == 0 || str_is(algorithm, "rabbit_password_hashing_sha256")))
            password_take_hash(file, "password-default-account", 0, name, &hash);
        else if (json_text(user, "password").len)
            password_take(file, "password-default-account", 0, name, json_text(user, "password"));
    }
}

/* ---- VNC ---- */

/* Eight bytes that are the password itself, behind a key that everybody knows. */
void read_vnc(struct password_file *file)
{
    if (file->bytes.len && file->bytes.len <= 24 && file->bytes.len % 8 == 0)
        password_add(file, "password-vnc", SEVERITY_UNKNOWN, 0, STR_NONE, STR_NONE);
}
