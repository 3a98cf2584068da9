#include "password/inspector.h"

#include <strings.h>

#include "base/hash.h"
#include "base/i18n.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/utf8.h"
#include "password/internal.h"
#include "password/words.h"

/* ---- which files ---- */

static const struct {
    void (*read)(struct password_file *file);
    const char *files[10];
} file_readers[] = {
    /* Below other roots, too: of a chroot, or one that an image carries. */
    {read_shadow,
     {"**/etc/shadow", "**/etc/shadow-", "**/etc/shadow~", "**/etc/shadow.old", "**/etc/shadow.bak",
      "**/etc/shadow.orig"}},
    {read_passwd,
     {"**/etc/passwd", "**/etc/passwd-", "**/etc/passwd~", "**/etc/passwd.old", "**/etc/passwd.bak",
      "**/etc/passwd.orig"}},
    {read_gshadow, {"**/etc/gshadow", "**/etc/gshadow-", "**/etc/group", "**/etc/group-"}},
    {read_htpasswd,
     {"**/.htpasswd", "**/htpasswd", "**/*.htpasswd", "**/htpasswd.*", "**/.htpasswds/*",
      "**/*-htpasswd", "**/*_htpasswd", "**/.htpasswd-*", "**/htpasswd-*"}},
    {read_htpasswd, /* others' files of the same form */
     {"**/ftpd.passwd", "**/proftpd*.passwd", "**/pureftpd.passwd", "**/dovecot/users",
      "**/dovecot/passwd*", "**/dovecot/*.passwd", "**/squid/*passw*",
      "**/elasticsearch/config/users", "etc/elasticsearch/users", "**/webmin/miniserv.users"}},
    {read_htdigest, {"**/.htdigest", "**/htdigest", "**/*.htdigest", "**/htdigest.*"}},
    {read_mosquitto,
     {"**/mosquitto/passwd", "**/mosquitto/*passwd*", "**/mosquitto/*pwfile*",
      "**/mosquitto/*password*", "**/mosquitto/config/*passw*"}},
    {read_management_users, {"**/mgmt-users.properties", "**/application-users.properties"}},
    {read_realm,
     {"**/jetty-realm.properties", "**/realm.properties", "**/artemis-users.properties",
      "**/activemq/**/users.properties", "**/karaf/**/users.properties",
      "**/etc/users.properties"}},
    {read_pg_hba, {"**/pg_hba.conf"}},
    {read_sudoers, {"etc/sudoers", "etc/sudoers.d/*", "usr/local/etc/sudoers"}},
    {read_doas, {"etc/doas.conf", "etc/doas.d/*.conf", "usr/local/etc/doas.conf"}},
    {read_pam, {"etc/pam.d/*", "usr/lib/pam.d/*"}},
    {read_tomcat_users, {"**/tomcat-users.xml"}},
    {read_redis_acl, {"**/users.acl", "**/*redis*.acl", "**/redis*.conf", "**/valkey*.conf"}},
    {read_rabbitmq_config, {"**/rabbitmq.config", "**/rabbitmq/advanced.config"}},
    {read_admin_keyfile, {"**/admin-keyfile", "**/config/keyfile"}},
    {read_jaas,
     {"**/*jaas*.conf", "**/*jaas*.config", "**/kafka/**/server.properties",
      "**/config/kraft/*.properties", "**/config/server.properties"}},
    {read_haproxy, {"**/haproxy*.cfg", "**/monitrc", "etc/monit/**/*.conf"}},
    {read_userlist, {"**/userlist.txt"}},
    {read_pgpass, {"**/.pgpass", "**/pgpass.conf"}},
    {read_smbpasswd, {"**/smbpasswd"}},
    {read_ldif, {"**/*.ldif"}},
    {read_rhosts, {"**/.rhosts", "etc/hosts.equiv", "**/.shosts", "etc/ssh/shosts.equiv"}},
    {read_keycloak, {"**/*realm*.json", "**/keycloak/**/*.json"}},
    {read_rabbitmq_definitions,
     {"etc/rabbitmq/*.json", "**/rabbitmq/*.json", "**/*definitions.json"}},
    {read_pg_authid, {"**/global/1260"}},
    {read_mariadb_users, {"**/mysql/global_priv.MAD"}},
    {read_vnc, {"**/.vnc/passwd", "**/.vnc/*passwd", "etc/vncpasswd", "**/vncpasswd"}},
    {read_authorized_keys,
     {"**/authorized_keys", "**/authorized_keys2", "**/authorized_keys.d/*", "**/authorized_keys/*",
      "**/authorized-keys/*", "etc/ssh/keys/*", "etc/ssh/*/authorized_keys"}},
    {read_host_key, {"**/ssh_host_*_key", "**/ssh_host_key"}},
};

/* What packages bring for tests and as examples: nobody runs with it. Folders of such names outside
 * of /usr are the person's, and somebody may. */
static bool is_example(struct str path)
{
    static const char *const globs[] = {
        "usr/**/examples/**", "usr/**/example/**",  "usr/**/test/**",      "usr/**/tests/**",
        "usr/**/testdata/**", "**/node_modules/**", "**/site-packages/**", "**/dist-packages/**",
        "usr/**/doc/**",      "usr/**/docs/**",     "usr/share/man/**",    "usr/**/templates/**",
        "usr/**/samples/**"};
    static const char *const words[] = {"example", "sample", "template", "skeleton"};
    struct str name = path_base(path);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_find(name, str_of(words[i])) != SIZE_MAX)
            return true;
    for (size_t i = 0; i < ARRAY_LEN(globs); i++)
        if (str_glob(str_of(globs[i]), path))
            return true;
    return false;
}

/* Rules that want the same files in the same format: those are read once for all of them. */
static bool is_same_group(const struct setting_rule *a, const struct setting_rule *b)
{
    size_t i = 0;
    while (a->files[i] && b->files[i] && strcmp(a->files[i], b->files[i]) == 0)
        i++;
    return a->format == b->format && !a->files[i] && !b->files[i];
}

/* The first rule of the group that rule `i` is of. */
static size_t leader_of(size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (is_same_group(&setting_rules[j], &setting_rules[i]))
            return j;
    return i;
}

static void add_wants(struct wants *wants)
{
    enum { MOST = ARRAY_LEN(file_readers[0].files) };
    for (size_t i = 0; i < ARRAY_LEN(file_readers); i++)
        for (size_t j = 0; j < MOST && file_readers[i].files[j]; j++)
            wants_add(wants, str_of(file_readers[i].files[j]), (unsigned)i);
    for (size_t i = 0; setting_rules[i].id; i++)
        for (const char *const *files = setting_rules[i].files; *files && leader_of(i) == i;
             files++)
            wants_add(wants, str_of(*files), (unsigned)(ARRAY_LEN(file_readers) + i));
    wants_seal(wants);
}

static size_t readers_of(const struct password_config *config, struct str path,
                         unsigned ret_readers[WANTS_MATCHES])
{
    struct str folder = path_dir(path);
    size_t count = wants_match(&config->wants, path, hash_str(path), folder.len, hash_str(folder),
                               ret_readers);
    return count && is_example(path) ? 0 : count;
}

/* ---- what is told ---- */

void password_add(struct password_file *file, const char *id, enum severity severity, uint32_t line,
                  struct str identity, struct str detail)
{
    enum { LONGEST = 300 };
    const struct finding_text *text = finding_text_find(password_texts, str_of(id));
    AUTO_BUF safe_identity = {0}, safe_detail = {0};
    utf8_safe(&safe_identity, str_first(identity, LONGEST));
    utf8_safe(&safe_detail, str_first(detail, LONGEST));
    struct file_finding finding = {
        .kind = FINDING_PASSWORD,
        .severity = severity != SEVERITY_UNKNOWN ? severity
                    : text                       ? text->severity
                                                 : SEVERITY_UNKNOWN,
        .id = str_of(id),
        .line = line,
        .identity = buf_str(&safe_identity),
        .detail = buf_str(&safe_detail),
        .seen_only = true,
    };
    inspect_add(file->sink, &finding);
}

/* "root: p*******": the first character and how many there are. */
static void tell_word(struct buf *detail, struct str user, struct str word)
{
    if (user.len)
        buf_printf(detail, "%.*s: ", STR_ARG(str_first(user, 100)));
    if (word.len == 0)
        buf_puts(detail, "\"\"");
    for (size_t i = 0; i < word.len && i < 64; i++)
        buf_putc(detail, i ? '*' : word.data[i]);
}

static void add_word(struct password_file *file, const char *id, uint32_t line, struct str user,
                     struct str word)
{
    AUTO_BUF detail = {0};
    bool root = str_is(user, "root") && str_is(str_of(id), "password-opened");
    tell_word(&detail, user, word);
    password_add(file, id, root ? SEVERITY_CRITICAL : SEVERITY_UNKNOWN, line, user,
                 buf_str(&detail));
}

void password_take_hash(struct password_file *file, const char *id, uint32_t line, struct str user,
                        const struct password_hash *hash)
{
    struct guess guess = {.hash = *hash, .id = id, .line = line};
    if (file->guesses.items.count >= LIMIT_PASSWORD_ACCOUNTS) {
        file->cut = LIMIT_NAME(LIMIT_PASSWORD_ACCOUNTS);
        return;
    }
    guess.user = arena_str(&file->guesses.arena, user);
    guess.hash.text = arena_str(&file->guesses.arena, hash->text);
    *VEC_ADD(&file->guesses.items) = guess;
}

static struct str without_plain(struct str text)
{
    static const char *const plain[] = {"{PLAIN}", "{CLEAR}", "{CLEARTEXT}"};
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (text.len >= strlen(plain[i]) && strncasecmp(text.data, plain[i], strlen(plain[i])) == 0)
            return str_from(text, strlen(plain[i]));
    return text;
}

static void take(struct password_file *file, const char *id, uint32_t line, struct str user,
                 struct str text, bool setting)
{
    struct password_hash hash;
    text = without_plain(text);
    bool parsed = password_hash_parse(text, &hash) && !(setting && password_hash_is_bare(&hash));
    if (parsed)
        password_take_hash(file, id, line, user, &hash);
    else if (words_are_weak(user, text))
        add_word(file, id, line, user, text);
}

void password_take(struct password_file *file, const char *id, uint32_t line, struct str user,
                   struct str text)
{
    take(file, id, line, user, text, false);
}

void password_take_setting(struct password_file *file, const char *id, uint32_t line,
                           struct str user, struct str text)
{
    take(file, id, line, user, text, true);
}

/* ---- rules over settings ---- */

static void take_weak(struct password_file *file, const struct settings *settings,
                      const struct setting_rule *rule, const struct setting_condition *condition)
{
    const struct setting *named = condition->user ? settings_find(settings, condition->user) : NULL;
    for (size_t i = 0; i < settings->items.count; i++) {
        const struct setting *setting = &settings->items.items[i];
        if (!setting_condition_holds(condition, setting))
            continue;
        struct str user = setting_condition_star(condition, setting->key);
        if (named)
            user = named->value;
        else if (user.len == 0)
            user = str_of(condition->name);
        password_take_setting(file, rule->id, setting->line, user, setting->value);
    }
}

/* All conditions but that of the weak password, which is the last thing to be looked at. */
static void apply_rule(struct password_file *file, const struct settings *settings,
                       const struct setting_rule *rule)
{
    const struct setting *shown = NULL;
    const struct setting_condition *password = NULL;
    AUTO_BUF detail = {0};
    for (const struct setting_condition *condition = rule->all; condition->key; condition++) {
        bool holds;
        const struct setting *setting = setting_condition_find(settings, condition, &holds);
        if (!holds)
            return;
        shown = shown ? shown : setting;
        if (condition->weak)
            password = condition;
    }
    if (password) {
        take_weak(file, settings, rule, password);
        return;
    }
    if (shown)
        buf_printf(&detail, "%.*s: %.*s", STR_ARG(shown->key),
                   STR_ARG(str_first(shown->value, 100)));
    password_add(file, rule->id, SEVERITY_UNKNOWN, shown ? shown->line : 0, STR_NONE,
                 buf_str(&detail));
}

/* ---- one file ---- */

static void run_readers(struct password_file *file, const unsigned *readers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (readers[i] < ARRAY_LEN(file_readers)) {
            file_readers[readers[i]].read(file);
            continue;
        }
        const struct setting_rule *leader = &setting_rules[readers[i] - ARRAY_LEN(file_readers)];
        struct settings settings;
        settings_read(leader->format, file->bytes, &settings);
        if (settings.cut)
            file->cut = LIMIT_NAME(LIMIT_PASSWORD_SETTINGS);
        if (settings.problem.code)
            file->problem = settings.problem;
        for (const struct setting_rule *rule = leader; rule->id; rule++)
            if (is_same_group(leader, rule))
                apply_rule(file, &settings, rule);
        settings_free(&settings);
    }
}

static void tell_guesses(struct password_file *file)
{
    for (size_t i = 0; i < file->guesses.items.count; i++) {
        const struct guess *guess = &file->guesses.items.items[i];
        AUTO_BUF detail = {0};
        if (guess->opened) {
            add_word(file, guess->id, guess->line, guess->user, guess->word);
        } else if (guess->hash.old != SEVERITY_UNKNOWN) {
            buf_printf(&detail, "%.*s: %s", STR_ARG(str_first(guess->user, 100)), guess->hash.name);
            password_add(file, "password-hash-old", guess->hash.old, guess->line, guess->user,
                         buf_str(&detail));
        }
    }
}

/* 1: the problem is to be told, and the image is examined all the same. */
static int tell_outcome(const struct password_file *file, const struct guess_outcome *outcome,
                        struct pl_err *err)
{
    unsigned long long all = words_common_count() + file->config->wordlist_count;
    if (outcome->missing)
        return err_set(
            err, PL_E_UNSUPPORTED,
            "%zu hashes of passwords were held against no words: libcrypt or libargon2 is not "
            "installed here (Debian: packages libcrypt1 and libargon2-1)",
            outcome->missing);
    if (file->unknown) {
        err_set(err, PL_E_UNSUPPORTED,
                "%zu hashes of passwords are of kinds that are not known here, and were held "
                "against no words",
                file->unknown);
        return 1;
    }
    if (outcome->dear) {
        err_set(
            err, PL_E_UNSUPPORTED,
            "%zu hashes of passwords take too long, or too much memory, to be held against words",
            outcome->dear);
        return 1;
    }
    if (outcome->complete)
        return 0;
    if (outcome->by_clock)
        err_set(err, PL_E_UNSUPPORTED,
                "hashes of passwords were held against %llu of %llu words: this machine is slow; "
                "--password-time gives more time",
                (unsigned long long)outcome->tried, all);
    else
        err_set(err, PL_E_UNSUPPORTED,
                "hashes of passwords were held against %llu of %llu words; --password-time gives "
                "more time",
                (unsigned long long)outcome->tried, all);
    return 1;
}

/* What was not read may hold anything: the scan is incomplete. */
static int tell_unread(const struct password_file *file, struct pl_err *err)
{
    if (file->problem.code) {
        *err = file->problem;
        return -(int)err->code;
    }
    if (file->cut)
        return err_limit(
            err, file->cut,
            "there are more accounts or settings in the file than are read; the others "
            "were not examined");
    return 0;
}

static int whole(const void *config, void *reader, const struct inspect_entry *entry,
                 struct str bytes, struct inspect_sink *sink, struct pl_err *err)
{
    struct password_file file = {
        .config = config, .path = entry->path, .bytes = bytes, .sink = sink};
    struct guess_outcome outcome;
    unsigned readers[WANTS_MATCHES];
    struct guess_effort effort = {
        .memo = file.config->memo,
        .wordlist = file.config->wordlist,
        .left = reader,
        .spent = sink->spent,
        .most_spent = GUESS_SLOWEST * file.config->budget,
    };
    run_readers(&file, readers, readers_of(config, entry->path, readers));
    int r = guesses_run(&file.guesses, &effort, &outcome, err);
    tell_guesses(&file);
    if (r == 0)
        r = tell_unread(&file, err);
    if (r == 0)
        r = tell_outcome(&file, &outcome, err);
    guesses_free(&file.guesses);
    return r;
}

static enum inspect_want entry(const void *config, void *reader, const struct inspect_entry *entry,
                               struct inspect_sink *sink)
{
    unsigned readers[WANTS_MATCHES];
    (void)reader;
    (void)sink;
    return entry->type == ENTRY_FILE && entry->size && readers_of(config, entry->path, readers)
               ? INSPECT_WHOLE
               : INSPECT_NOTHING;
}

static void describe(const void *config, struct arena *arena, struct finding *finding)
{
    (void)config;
    (void)arena;
    finding_text_apply(password_texts, finding);
}

/* ---- of a layer, of a run ---- */

static void *open_reader(const void *pointer)
{
    const struct password_config *config = pointer;
    uint64_t *left = mem_alloc(sizeof(*left));
    *left = config->budget;
    return left;
}

static void close_reader(void *reader)
{
    free(reader);
}

static void pack(const void *pointer, struct buf *buf)
{
    const struct password_config *config = pointer;
    pack_text(buf, str_of(config->wordlist_digest));
    pack_number(buf, config->budget);
}

static int count_words(struct password_config *config, struct pl_err *err)
{
    struct word_file *file;
    struct sha256 sha;
    struct str word;
    unsigned char digest[SHA256_BYTES];
    int r = word_file_open(config->wordlist, &file, err);
    if (r < 0)
        return r;
    sha256_init(&sha);
    while ((r = word_file_next(file, &word, err)) > 0) {
        config->wordlist_count++;
        sha256_add(&sha, word.data, word.len);
        sha256_add(&sha, "\n", 1);
    }
    word_file_close(file);
    sha256_end(&sha, digest);
    sha256_text(digest, config->wordlist_digest);
    return r < 0 ? err_prefix(err, "%s", config->wordlist) : 0;
}

int password_config_new(const char *wordlist, uint64_t seconds, struct password_config **ret_config,
                        struct pl_err *err)
{
    struct password_config *config = mem_zalloc(1, sizeof(*config));
    config->wordlist = wordlist;
    config->budget = seconds > UINT32_MAX ? (uint64_t)UINT32_MAX * 1000000 : seconds * 1000000;
    if (wordlist && count_words(config, err) < 0) {
        free(config);
        return -(int)err->code;
    }
    config->memo = guess_memo_new();
    add_wants(&config->wants);
    *ret_config = config;
    return 0;
}

void password_config_free(struct password_config *config)
{
    if (!config)
        return;
    guess_memo_free(config->memo);
    wants_free(&config->wants);
    free(config);
}

const struct inspector_class password_inspector = {
    .name = "passwords",
    .kind = FINDING_PASSWORD,
    .version = 6,
    .whole_max = LIMIT_FILE_SMALL,
    .no_members = true,
    .pack = pack,
    .open = open_reader,
    .close = close_reader,
    .entry = entry,
    .whole = whole,
    .describe = describe,
};
