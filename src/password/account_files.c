/* Files of accounts: shadow(5), passwd(5), gshadow(5), htpasswd, JBoss' and Jetty's. */
#include <stdlib.h>

#include "password/internal.h"

enum { FIELDS = 10 };

/* Fields apart by ':'; the count of them. */
static size_t split(struct str line, struct str fields[FIELDS])
{
    size_t count = 0;
    while (count < FIELDS && str_cut(&line, ':', &fields[count]))
        count++;
    return count;
}

struct account_line {
    struct str fields[FIELDS];
    size_t count;
    uint32_t number;
    uint64_t accounts; /* with this one */
};

/* One more account of the file; false: it is past the limit. */
static bool has_room(struct password_file *file, uint64_t *accounts)
{
    if (++*accounts <= LIMIT_PASSWORD_ACCOUNTS)
        return true;
    file->cut = LIMIT_NAME(LIMIT_PASSWORD_ACCOUNTS);
    return false;
}

/* Each line that is none of comments; LIMIT_PASSWORD_ACCOUNTS of them. */
static bool next_line(struct password_file *file, struct str *rest, struct account_line *line)
{
    struct str text;
    while (str_cut(rest, '\n', &text)) {
        line->number++;
        text = str_trim(text);
        if (text.len == 0 || text.data[0] == '#')
            continue;
        if (!has_room(file, &line->accounts))
            return false;
        line->count = split(text, line->fields);
        return true;
    }
    return false;
}

static bool is_locked(struct str hash)
{
    return hash.len && (hash.data[0] == '!' || hash.data[0] == '*');
}

/* "+" and "-" include what NIS has; nobody is called so. */
static bool is_name(struct str user)
{
    return user.len && user.data[0] != '+' && user.data[0] != '-';
}

static void take_account(struct password_file *file, uint32_t line, struct str user,
                         struct str hash)
{
    struct password_hash ignored;
    if (hash.len == 0) {
        password_add(file, "password-empty", SEVERITY_UNKNOWN, line, user, user);
    } else if (password_hash_is_unknown(hash)) {
        file->unknown++;
    } else if (!is_locked(hash) && password_hash_parse(hash, &ignored)) {
        if (str_is(user, "root"))
            password_add(file, "password-root", SEVERITY_UNKNOWN, line, user, STR_NONE);
        password_take(file, "password-opened", line, user, hash);
    }
}

void read_shadow(struct password_file *file)
{
    struct str rest = file->bytes;
    struct account_line line = {.count = 0};
    while (next_line(file, &rest, &line))
        if (line.count >= 2 && is_name(line.fields[0]))
            take_account(file, line.number, line.fields[0], line.fields[1]);
}

/* As strtoul() takes it: "00" is root's, too. */
static bool is_zero(struct str number)
{
    number = str_trim(number);
    if (number.len > 1 && (number.data[0] == '+' || number.data[0] == '-'))
        number = str_from(number, 1);
    for (size_t i = 0; i < number.len; i++)
        if (number.data[i] != '0')
            return false;
    return number.len > 0;
}

void read_passwd(struct password_file *file)
{
    struct str rest = file->bytes;
    struct account_line line = {.count = 0};
    while (next_line(file, &rest, &line)) {
        struct str user = line.fields[0];
        if (line.count < 4 || !is_name(user))
            continue; /* the C library takes lines that end behind the group */
        take_account(file, line.number, user, line.fields[1]);
        if (is_zero(line.fields[2]) && !str_is(user, "root"))
            password_add(file, "password-second-root", SEVERITY_UNKNOWN, line.number, user, user);
    }
}

/* gshadow and group: an empty field is a group that nobody but its members gets into. */
void read_gshadow(struct password_file *file)
{
    struct str rest = file->bytes;
    struct account_line line = {.count = 0};
    struct password_hash ignored;
    while (next_line(file, &rest, &line))
        if (line.count >= 2 && password_hash_parse(line.fields[1], &ignored))
            password_take(file, "password-opened", line.number, line.fields[0], line.fields[1]);
}

/* What stands behind the hash is a comment (nginx, "auth_basic_user_file"). */
void read_htpasswd(struct password_file *file)
{
    struct str rest = file->bytes;
    struct account_line line = {.count = 0};
    while (next_line(file, &rest, &line)) {
        struct str user = line.fields[0], hash = line.fields[1];
        if (line.count < 2 || user.len == 0 || hash.len == 0 || str_index(user, ' ') != SIZE_MAX)
            continue;
        if (password_hash_is_unknown(hash))
            file->unknown++;
        else
            password_take(file, "password-htpasswd", line.number, user, hash);
    }
}

/* htdigest(1): user:realm:MD5 of user:realm:password. */
void read_htdigest(struct password_file *file)
{
    struct str rest = file->bytes;
    struct account_line line = {.count = 0};
    while (next_line(file, &rest, &line)) {
        struct password_hash hash = {
            .form = HASH_HEX, .name = "MD5", .cost = 1, .text = line.fields[2]};
        if (line.count != 3 || line.fields[0].len == 0 || hash.text.len != 32)
            continue;
        hash.prefix = arena_printf(&file->guesses.arena, "%.*s:%.*s:", STR_ARG(line.fields[0]),
                                   STR_ARG(line.fields[1]));
        password_take_hash(file, "password-htpasswd", line.number, line.fields[0], &hash);
    }
}

/* user=MD5 of user:realm:password; "#$REALM_NAME=ManagementRealm$" says which realm. */
void read_management_users(struct password_file *file)
{
    struct str rest = file->bytes, text, realm = STR("ManagementRealm");
    uint64_t accounts = 0;
    if (str_ends(file->path, STR("application-users.properties")))
        realm = STR("ApplicationRealm");
    for (uint32_t line = 1; str_cut(&rest, '\n', &text); line++) {
        text = str_trim(text);
        if (str_starts(text, STR("#$REALM_NAME=")))
            realm = str_first(str_from(text, 13), str_index(str_from(text, 13), '$'));
        size_t at = str_index(text, '=');
        if (text.len == 0 || text.data[0] == '#' || at == SIZE_MAX || text.len - at - 1 != 32)
            continue;
        if (!has_room(file, &accounts))
            return;
        struct str user = str_first(text, at);
        struct password_hash hash = {
            .form = HASH_HEX,
            .name = "MD5",
            .text = str_from(text, at + 1),
            .cost = 1,
            .prefix =
                arena_printf(&file->guesses.arena, "%.*s:%.*s:", STR_ARG(user), STR_ARG(realm)),
        };
        password_take_hash(file, "password-default-account", line, user, &hash);
    }
}

/* Jetty's org.eclipse.jetty.util.security.Password: four digits of base 36 a byte, of which the two
 * halves add up to twice the byte and 254. */
static bool clear_obfuscated(struct str text, struct buf *ret)
{
    for (; text.len >= 4; text = str_from(text, 4)) {
        char digits[5] = {0}, *end;
        memcpy(digits, text.data, 4);
        unsigned long value = strtoul(digits, &end, 36);
        unsigned long sum = value / 256 + value % 256;
        if (*end || sum < 254 || (sum - 254) / 2 > 255)
            return false;
        buf_putc(ret, (char)((sum - 254) / 2));
    }
    return text.len == 0 && ret->len;
}

/* Jetty's HashLoginService and ActiveMQ's jetty-realm.properties: user: password, role. */
void read_realm(struct password_file *file)
{
    struct str rest = file->bytes, text;
    uint64_t accounts = 0;
    for (uint32_t line = 1; str_cut(&rest, '\n', &text); line++) {
        text = str_trim(text);
        size_t at = str_index(text, ':'), equals = str_index(text, '=');
        at = at < equals ? at : equals;
        if (text.len == 0 || text.data[0] == '#' || at == SIZE_MAX)
            continue;
        if (!has_room(file, &accounts))
            return;
        struct str user = str_trim(str_first(text, at)), value = str_from(text, at + 1);
        value = str_trim(str_first(value, str_index(value, ',')));
        AUTO_BUF clear = {0};
        struct password_hash hash = {
            .form = HASH_HEX, .name = "MD5", .old = SEVERITY_MEDIUM, .cost = 1};
        hash.text = str_from(value, 4);
        if (str_starts(value, STR("MD5:")) && hash.text.len == 32)
            password_take_hash(file, "password-default-account", line, user, &hash);
        else if (str_starts(value, STR("CRYPT:")))
            password_take(file, "password-default-account", line, user, str_from(value, 6));
        else if (str_starts(value, STR("OBF:")) && clear_obfuscated(str_from(value, 4), &clear))
            password_take_setting(file, "password-default-account", line, user, buf_str(&clear));
        else if (!str_starts(value, STR("OBF:")) && value.len)
            password_take_setting(file, "password-default-account", line, user, value);
    }
}
