/* Users in the tables of databases themselves: PostgreSQL's pg_authid and MariaDB's global_priv, of
 * a data directory that was made while the image was built. */
#include "io/json_doc.h"
#include "password/internal.h"

static uint32_t number_at(struct str bytes, size_t at, unsigned len)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < len && at + i < bytes.len; i++)
        number |= (uint32_t)(unsigned char)bytes.data[at + i] << (8 * i);
    return number;
}

/* ---- PostgreSQL, "Database Page Layout"; storage/htup_details.h says what the flags mean ---- */

enum {
    PAGE = 8192,
    PAGE_HEADER = 24,
    TUPLE_HEADER = 23,
    NAME_AT = 4, /* of pg_authid's row since version 12: oid, name, seven flags, a limit */
    NAME = 64,
    MAY_LOGIN_AT = 72,
    PASSWORD_AT = 80,
    PASSWORD_NUMBER = 10,
};

/* A text behind its length: in one byte, or in four. */
static struct str text_at(struct str row, size_t at)
{
    uint32_t head = number_at(row, at, 4);
    size_t header = head & 1 ? 1 : 4;
    size_t len = head & 1 ? (head & 0xff) >> 1 : head >> 2;
    return at < row.len && len > header && len <= row.len - at
               ? str_make(row.data + at + header, len - header)
               : STR_NONE;
}

static void take_role(struct password_file *file, struct str tuple)
{
    enum { HAS_NULL = 1, END_INVALID = 0x0800 };
    uint32_t flags = number_at(tuple, 20, 2), ended_by = number_at(tuple, 4, 4);
    size_t start = number_at(tuple, 22, 1);
    bool has_password =
        !(flags & HAS_NULL) ||
        number_at(tuple, TUPLE_HEADER + PASSWORD_NUMBER / 8, 1) >> PASSWORD_NUMBER % 8 & 1;
    if ((ended_by && !(flags & END_INVALID)) || !has_password || start < TUPLE_HEADER)
        return;
    struct str row = str_from(tuple, start), hash = text_at(row, PASSWORD_AT);
    struct str name = str_first(str_from(row, NAME_AT), NAME);
    struct password_hash ignored;
    name = str_first(name, str_index(name, '\0'));
    if (number_at(row, MAY_LOGIN_AT, 1) && password_hash_parse(hash, &ignored))
        password_take(file, "password-default-account", 0, name, hash);
}

void read_pg_authid(struct password_file *file)
{
    enum { NORMAL = 1 };
    for (struct str rest = file->bytes; rest.len >= PAGE; rest = str_from(rest, PAGE)) {
        struct str page = str_first(rest, PAGE);
        size_t end = number_at(page, 12, 2);
        for (size_t at = PAGE_HEADER; at + 4 <= end && end <= PAGE; at += 4) {
            uint32_t item = number_at(page, at, 4);
            size_t offset = item & 0x7fff, len = item >> 17;
            if ((item >> 15 & 3) == NORMAL && offset + len <= PAGE && len > TUPLE_HEADER)
                take_role(file, str_make(page.data + offset, len));
        }
    }
}

/* ---- MariaDB: host, user and a JSON object stand behind each other ---- */

/* The object that begins the text: up to the bracket that closes it. */
static struct str object_of(struct str text)
{
    enum { LONGEST = 8 * 1024 };
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len && i < LONGEST; i++) {
        char c = text.data[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && --depth == 0)
            return str_first(text, i + 1);
    }
    return STR_NONE;
}

/* The letters before the object, without the host. */
static struct str user_before(struct str bytes, size_t at)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "::1", "%"};
    size_t start = at;
    while (start && bytes.data[start - 1] > ' ' && bytes.data[start - 1] < 0x7f && at - start < 80)
        start--;
    struct str user = str_make(bytes.data + start, at - start);
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        size_t host = str_find(user, str_of(hosts[i]));
        if (host != SIZE_MAX)
            return str_from(user, host + strlen(hosts[i]));
    }
    return user;
}

static void take_way_in(struct password_file *file, struct str user, const json_t *way)
{
    struct str plugin = json_text(way, "plugin"), hash = json_text(way, "authentication_string");
    struct password_hash ignored;
    if (!str_is(plugin, "mysql_native_password"))
        return;
    if (hash.len == 0)
        password_add(file, "password-empty", SEVERITY_UNKNOWN, 0, user, user);
    else if (password_hash_parse(hash, &ignored))
        password_take(file, "password-default-account", 0, user, hash);
}

void read_mariadb_users(struct password_file *file)
{
    static const char begin[] = "{\"access\":";
    struct str bytes = file->bytes;
    uint64_t accounts = 0;
    for (size_t at = 0, next; (next = str_find(str_from(bytes, at), str_of(begin))) != SIZE_MAX;) {
        AUTO_JSON *root = NULL;
        struct pl_err ignored;
        at += next;
        struct str user = user_before(bytes, at), object = object_of(str_from(bytes, at));
        at += sizeof(begin) - 1;
        if (++accounts > LIMIT_PASSWORD_ACCOUNTS) {
            file->cut = LIMIT_NAME(LIMIT_PASSWORD_ACCOUNTS);
            return;
        }
        if (object.len == 0 || json_document(object, &root, &ignored) < 0 ||
            json_is_true(json_object_get(root, "account_locked")))
            continue;
        take_way_in(file, user, root);
        size_t index;
        json_t *way;
        json_array_foreach(json_list(root, "auth_or"), index, way) take_way_in(file, user, way);
    }
}
