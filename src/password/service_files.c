/* Files of services that are no plain list of keys and values. */
#include <openssl/evp.h>
#include <strings.h>

#include "base/path.h"
#include "io/json_doc.h"
#include "io/xml.h"
#include "password/derived.h"
#include "password/internal.h"
#include "password/words.h"

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

/* A prefix or mask that takes in more than this host. */
static bool is_wide(struct str address, struct str mask)
{
    size_t slash = str_index(address, '/');
    uint64_t bits;
    if (slash != SIZE_MAX)
        return str_to_u64(str_from(address, slash + 1), &bits) && bits < 8;
    return str_starts(mask, STR("0.")) || str_is(mask, "::");
}

static bool is_local(struct str kind, struct str address, struct str mask)
{
    return str_is(kind, "local") ||
           ((str_starts(address, STR("127.")) || str_starts(address, STR("::1")) ||
             str_is(address, "localhost") || str_is(address, "samehost")) &&
            !is_wide(address, mask));
}

/* Without the quotes that a word may stand in. */
static struct str bare(struct str word)
{
    return word.len > 1 && word.data[0] == '"' && word.data[word.len - 1] == '"'
               ? str_make(word.data + 1, word.len - 2)
               : word;
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
        bool mask =
            !local && count > at + 1 &&
            (str_index(words[at], '.') != SIZE_MAX || str_index(words[at], ':') != SIZE_MAX);
        struct str method = bare(words[at + mask]);
        bool inside = is_local(words[0], local ? STR_NONE : words[3], mask ? words[at] : STR_NONE);
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

/* ---- who becomes root ---- */

/* sudoers(5): sudo passes over files of the folder with a '.' in their name or '~' at its end. */
static bool is_passed_over(struct str path)
{
    struct str name = path_base(path);
    return str_find(path, STR("sudoers.d/")) != SIZE_MAX &&
           (str_index(name, '.') != SIZE_MAX || str_ends(name, STR("~")));
}

/* Some command of the list is ALL, or a shell; further tags ("SETENV:") stand before it. */
static bool has_all(struct str commands)
{
    static const char *const any[] = {"ALL",         "/bin/sh",     "/bin/bash", "/usr/bin/bash",
                                      "/usr/bin/sh", "/usr/bin/su", "/bin/su",   "/usr/bin/env"};
    struct str command;
    while (str_cut(&commands, ',', &command)) {
        for (size_t tag = str_index(command, ':'); tag != SIZE_MAX; tag = str_index(command, ':'))
            command = str_from(command, tag + 1);
        command = str_trim(command);
        for (size_t i = 0; i < ARRAY_LEN(any); i++)
            if (str_is(command, any[i]))
                return true;
    }
    return false;
}

static void add_nopasswd(struct password_file *file, uint32_t line, struct str who, bool everybody)
{
    if (!str_is(who, "root"))
        password_add(file, "password-sudo-nopasswd",
                     everybody ? SEVERITY_CRITICAL : SEVERITY_UNKNOWN, line, who, who);
}

/* sudoers(5): "who host=(as) NOPASSWD: ALL", and "Defaults !authenticate". */
static void read_sudoers_line(struct password_file *file, uint32_t line, struct str text)
{
    struct str words[WORDS];
    size_t count = split(text, words), tag = str_find(text, STR("NOPASSWD:"));
    if (count < 2 || text.data[0] == '#')
        return;
    if (str_starts(words[0], STR("Defaults")) && str_find(text, STR("!authenticate")) != SIZE_MAX)
        add_nopasswd(file, line, words[0], str_is(words[0], "Defaults"));
    else if (tag != SIZE_MAX && has_all(str_from(text, tag + 9)))
        add_nopasswd(file, line, words[0], str_is(words[0], "ALL"));
}

void read_sudoers(struct password_file *file)
{
    struct str rest = file->bytes, text;
    AUTO_BUF joined = {0};
    uint32_t line = 0;
    if (is_passed_over(file->path))
        return;
    while (str_cut(&rest, '\n', &text)) {
        line++;
        text = str_trim(text);
        bool more = str_ends(text, STR("\\"));
        buf_add(&joined, str_first(text, text.len - more));
        if (more && rest.data)
            continue;
        if (joined.len)
            read_sudoers_line(file, line, buf_str(&joined));
        joined.len = 0;
    }
}

/* doas.conf(5): "permit nopass [options] who [as target] [cmd command]". */
void read_doas(struct password_file *file)
{
    struct str rest = file->bytes, words[WORDS];
    uint32_t line = 0;
    for (size_t count; (count = next_words(&rest, &line, words));) {
        struct str who = STR_NONE;
        bool nopass = false, command = false, other = false;
        for (size_t i = 1; i < count; i++) {
            bool option = str_is(words[i], "nopass") || str_is(words[i], "keepenv") ||
                          str_is(words[i], "persist") || str_is(words[i], "nolog");
            nopass = nopass || str_is(words[i], "nopass");
            command = command || str_is(words[i], "cmd");
            other = other || (str_is(words[i - 1], "as") && !str_is(words[i], "root"));
            if (!option && !who.data && !str_starts(words[i], STR("setenv")))
                who = words[i];
        }
        if (str_is(words[0], "permit") && nopass && !command && !other && who.data)
            add_nopasswd(file, line, who, false);
    }
}

/* Sessions that are started without anybody who logs in. */
static bool starts_alone(struct str path)
{
    struct str name = path_base(path);
    return str_find(name, STR("autologin")) != SIZE_MAX ||
           str_find(name, STR("launch-environment")) != SIZE_MAX ||
           str_find(name, STR("greeter")) != SIZE_MAX;
}

/* pam.conf(5): "auth sufficient pam_permit.so" ends well whatever was typed; so does pam_permit.so
 * where nothing else that could say no stands in the file. That of Debian's common-auth comes
 * behind pam_deny.so. */
void read_pam(struct password_file *file)
{
    struct str rest = file->bytes, words[WORDS], permit = STR_NONE;
    uint32_t line = 0, permit_line = 0;
    bool others = starts_alone(file->path);
    for (size_t count; (count = next_words(&rest, &line, words));) {
        struct str kind = words[0].data[0] == '-' ? str_from(words[0], 1) : words[0];
        bool permits = false;
        if (words[0].data[0] == '@')
            others = true;
        if (!str_is(kind, "auth") || count < 3)
            continue;
        for (size_t i = 2; i < count; i++)
            permits = permits || str_ends(words[i], STR("pam_permit.so"));
        if (permits && str_is(words[1], "sufficient") && !starts_alone(file->path))
            password_add(file, "password-pam-permit", SEVERITY_UNKNOWN, line, STR("pam_permit.so"),
                         STR("auth sufficient pam_permit.so"));
        else if (permits && !str_is(words[1], "optional")) {
            permit = words[1];
            permit_line = line;
        } else
            others = true;
    }
    if (permit.data && !others)
        password_add(file, "password-pam-permit", SEVERITY_UNKNOWN, permit_line,
                     STR("pam_permit.so"), STR("auth: pam_permit.so"));
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
    struct str password = xml_attribute(attributes, "password");
    struct password_hash hash;
    if (derived_measure(HASH_TOMCAT, password, &hash))
        password_take_hash(file, "password-tomcat", 0, user, &hash);
    else
        password_take_setting(file, "password-tomcat", 0, user, password);
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

static bool is_word(struct str word, const char *name)
{
    return word.len == strlen(name) && strncasecmp(word.data, name, word.len) == 0;
}

/* redis.io, "ACL": user NAME [on|off] [nopass] [>password] [#SHA-256] ...: rules are applied from
 * the left to the right. */
static void take_redis_user(struct password_file *file, uint32_t line, struct str user,
                            struct str rules, struct str text)
{
    bool on = false, open = false;
    struct str rest = rules, word;
    while (str_cut(&rest, ' ', &word)) {
        bool password = word.len && (word.data[0] == '>' || word.data[0] == '#');
        on = is_word(word, "on") || (on && !is_word(word, "off") && !is_word(word, "reset"));
        open = is_word(word, "nopass") ||
               (open && !password && !is_word(word, "resetpass") && !is_word(word, "reset"));
    }
    if (on && open)
        password_add(file, "password-redis-open", SEVERITY_UNKNOWN, line, user, text);
    for (rest = rules; on && !open && str_cut(&rest, ' ', &word);) {
        struct password_hash hash = {.form = HASH_HEX, .name = "SHA-256", .cost = 1};
        hash.text = str_from(word, 1);
        if (str_starts(word, STR(">")))
            password_take_setting(file, "password-default-account", line, user, hash.text);
        else if (str_starts(word, STR("#")) && hash.text.len == 64)
            password_take_hash(file, "password-default-account", line, user, &hash);
    }
}

void read_redis_acl(struct password_file *file)
{
    struct str rest = file->bytes, text;
    for (uint32_t line = 1; str_cut(&rest, '\n', &text); line++) {
        struct str words = str_trim(text), word, user;
        if (str_cut(&words, ' ', &word) && is_word(word, "user") && str_cut(&words, ' ', &user))
            take_redis_user(file, line, user, words, text);
    }
}

/* ---- Mosquitto ---- */

/* mosquitto_passwd(1): user:hash, or user:password in plain text before it is converted. */
void read_mosquitto(struct password_file *file)
{
    struct str rest = file->bytes, text, user;
    uint64_t accounts = 0;
    for (uint32_t line = 1; str_cut(&rest, '\n', &text); line++) {
        struct password_hash hash;
        text = str_trim(text);
        if (text.len == 0 || text.data[0] == '#' || !str_cut(&text, ':', &user) || !text.data)
            continue;
        if (accounts++ >= LIMIT_PASSWORD_ACCOUNTS) {
            file->cut = LIMIT_NAME(LIMIT_PASSWORD_ACCOUNTS);
            return;
        }
        if (derived_measure(HASH_MOSQUITTO, text, &hash))
            password_take_hash(file, "password-default-account", line, user, &hash);
        else if (text.len && text.data[0] != '$')
            password_take_setting(file, "password-default-account", line, user, text);
        else
            file->unknown += password_hash_is_unknown(text);
    }
}

/* ---- RabbitMQ ---- */

void read_rabbitmq_definitions(struct password_file *file)
{
    AUTO_JSON *root = NULL;
    size_t index;
    json_t *user;
    if (str_find(file->path, STR("rabbitmq")) == SIZE_MAX &&
        (str_find(file->bytes, STR("\"users\"")) == SIZE_MAX ||
         str_find(file->bytes, STR("\"password")) == SIZE_MAX))
        return; /* definitions of something else */
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
        if (str_is(algorithm, "rabbit_password_hashing_md5"))
            hash.name = "MD5";
        if (str_is(algorithm, "rabbit_password_hashing_sha512"))
            hash.name = "SHA-512";
        if (hash.text.len)
            password_take_hash(file, "password-default-account", 0, name, &hash);
        else if (json_text(user, "password").len)
            password_take_setting(file, "password-default-account", 0, name,
                                  json_text(user, "password"));
    }
}

/* ---- VNC ---- */

/* Eight bytes that are the password itself, behind a key that everybody knows: DES, each byte of
 * the key with its bits the other way round. Three times with one key is once. */
static bool clear_vnc(struct str bytes, struct buf *ret)
{
    enum { BLOCK = 8 };
    static const unsigned char known[BLOCK] = {0xe8, 0x4a, 0xd6, 0x60, 0xc4, 0x72, 0x1a, 0xe0};
    unsigned char key[3 * BLOCK], clear[2 * BLOCK];
    int len = 0;
    for (size_t i = 0; i < sizeof(key); i++)
        key[i] = known[i % BLOCK];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good =
        context && EVP_DecryptInit_ex(context, EVP_des_ede3_ecb(), NULL, key, NULL) == 1 &&
        EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
        EVP_DecryptUpdate(context, clear, &len, (const unsigned char *)bytes.data, BLOCK) == 1 &&
        len == BLOCK;
    EVP_CIPHER_CTX_free(context);
    for (int i = 0; good && i < len && clear[i]; i++)
        buf_putc(ret, (char)clear[i]);
    return good;
}

void read_vnc(struct password_file *file)
{
    AUTO_BUF clear = {0};
    if (file->bytes.len == 0 || file->bytes.len > 24 || file->bytes.len % 8)
        return;
    bool weak = clear_vnc(file->bytes, &clear) && words_are_weak(STR("vnc"), buf_str(&clear));
    password_add(file, "password-vnc", weak ? SEVERITY_HIGH : SEVERITY_UNKNOWN, 0, STR_NONE,
                 weak ? STR("a password that a list of words opens") : STR_NONE);
}
