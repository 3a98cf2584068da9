/* Checks of package managers: versions that are not pinned, caches that are left, packages that an
 * image should not have. */
#include "base/buf.h"
#include "base/path.h"
#include "check/check_functions.h"
#include "check/dockerfile_checks.h"

/* ---- pinned versions ---- */

/* How one manager is asked for packages, and how a version is written. */
struct manager {
    const char *const *programs;
    const char *const *verbs;
    const char *pins;               /* any of these bytes behind the first: a version is told */
    const char *const *pin_options; /* an option that tells one for all */
    const char *const *passed;      /* words that are no names of the registry */
    const char *repository_pins;    /* of a repository's address: what tells the commit */
};

static const char *const file_words[] = {"/*", "./*", "../*", ".", "~/*", "*://*", NULL};

static const struct manager apt = {NAMES("apt-get", "apt", "aptitude"),
                                   NAMES("install"),
                                   "=/",
                                   NULL,
                                   NAMES("*.deb", "*-", "*^", "?task*"),
                                   NULL};
static const struct manager apk = {
    NAMES("apk"), NAMES("add"), "=<>~@", NULL, NAMES("*.apk", ".*", "!*"), NULL};
static const struct manager yum = {
    NAMES("yum"), NAMES("install", "localinstall", "reinstall"), "=", NULL, NAMES("*.rpm", "@*"),
    NULL};
static const struct manager dnf = {NAMES("dnf", "dnf5", "microdnf", "tdnf"),
                                   NAMES("install"),
                                   "=",
                                   NULL,
                                   NAMES("*.rpm", "@*"),
                                   NULL};
/* "dnf module install NAME:STREAM" */
static const struct manager modules = {
    NAMES("yum", "dnf", "dnf5", "microdnf"), NAMES("install", "enable"), ":", NULL, NULL, NULL};
static const struct manager zypper = {
    NAMES("zypper"), NAMES("install", "in"), "=<>", NULL, NAMES("*.rpm", "-*"), NULL};
static const struct manager pip = {
    NAMES("pip", "pip2*", "pip3*", "uv"),
    NAMES("install"),
    "=<>~@!",
    NAMES("-c", "--constraint", "-r", "--requirement", "-e", "--editable", "--require-hashes"),
    NAMES("*.whl", "*.tar.gz", "*.zip", "*/", "./*"),
    "@"};
static const struct manager npm = {NAMES("npm", "pnpm"),
                                   NAMES("install", "i", "add"),
                                   "@",
                                   NULL,
                                   NAMES("*.tgz", "*.tar.gz", "github:*", "file:*", "*/"),
                                   "#"};
static const struct manager yarn = {
    NAMES("yarn"), NAMES("add"), "@", NULL, NAMES("*.tgz", "file:*"), "#"};
static const struct manager gem = {NAMES("gem"),
                                   NAMES("install", "i"),
                                   ":",
                                   NAMES("-v", "--version", "-g", "--file"),
                                   NAMES("*.gem"),
                                   NULL};
static const struct manager cargo = {
    NAMES("cargo"),
    NAMES("install"),
    "@",
    NAMES("--version", "--vers", "--rev", "--tag", "--path", "--list"),
    NULL,
    NULL};

static bool has_any_byte(struct str text, const char *bytes)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(bytes, text.data[i]))
            return true;
    return false;
}

static bool is_pinned(const struct manager *manager, struct str word)
{
    if (manager->repository_pins && str_starts(word, STR("git+"))) {
        /* git+ssh://git@HOST/PATH@COMMIT: what stands before the path is no commit. */
        size_t start = str_find(word, STR("://"));
        struct str rest = start == SIZE_MAX ? word : str_from(word, start + 3);
        size_t path = str_index(rest, '/');
        return has_any_byte(path == SIZE_MAX ? rest : str_from(rest, path),
                            manager->repository_pins);
    }
    return check_glob_any(file_words, word) || check_glob_any(manager->passed, word) ||
           has_any_byte(str_from(word, word.len ? 1 : 0), manager->pins);
}

/* rpm's "name-1.2-3": a dash and a digit. */
static bool has_rpm_version(struct str word)
{
    for (size_t i = 1; i + 1 < word.len; i++)
        if (word.data[i] == '-' && word.data[i + 1] >= '0' && word.data[i + 1] <= '9')
            return true;
    return false;
}

static bool has_any_option(const struct shell_command *command, const char *const *options)
{
    for (size_t i = 0; options && options[i]; i++)
        if (shell_has_option(command, options[i]))
            return true;
    return false;
}

/* The program with its verb ("dnf module install", "uv pip install"); *at stands behind it. */
static bool asks_for_packages(const struct manager *manager, const struct shell_command *command,
                              size_t *at)
{
    if (!check_glob_any(manager->programs, shell_program(command)))
        return false;
    struct str verb = shell_verb(command, at), program = shell_program(command);
    struct shell_word word;
    const char *group = manager == &modules ? "module" : str_is(program, "uv") ? "pip" : NULL;
    if (group)
        verb = str_is(verb, group) && shell_next_operand(command, at, &word) ? word.text : STR_NONE;
    return check_glob_any(manager->verbs, verb);
}

/* The names without a version, apart by spaces; false: there are none. */
static bool unpinned(const struct manager *manager, const struct shell_command *command,
                     struct buf *names)
{
    size_t at = 0;
    struct shell_word word;
    bool is_rpm = manager == &yum || manager == &dnf;
    if (!asks_for_packages(manager, command, &at) || has_any_option(command, manager->pin_options))
        return false;
    while (shell_next_operand(command, &at, &word) && names->len < 200) {
        if (!word.literal || word.text.len == 0 || is_pinned(manager, word.text) ||
            (is_rpm && has_rpm_version(word.text)))
            continue;
        if (names->len)
            buf_putc(names, ' ');
        buf_add(names, word.text);
    }
    return names->len > 0;
}

static void tell_unpinned(const struct check *check, const struct dockerfile *file,
                          struct check_sink *sink, const struct manager *manager)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_command(&cursor)) {
        AUTO_BUF names = {0};
        bool is_rpm = manager == &yum || manager == &dnf;
        if (unpinned(manager, cursor.command, &names) ||
            (is_rpm && check_glob_any(manager->programs, shell_program(cursor.command)) &&
             unpinned(&modules, cursor.command, &names)))
            dockerfile_tell_command(sink, check, &cursor, buf_str(&names));
    }
}

#define UNPINNED(name)                                                                             \
    void check_dockerfile_##name##_unpinned(                                                       \
        const struct check *check, const struct dockerfile *file, struct check_sink *sink)         \
    {                                                                                              \
        tell_unpinned(check, file, sink, &(name));                                                 \
    }

UNPINNED(apt)
UNPINNED(apk)
UNPINNED(yum)
UNPINNED(dnf)
UNPINNED(zypper)
UNPINNED(pip)
UNPINNED(gem)
UNPINNED(cargo)

/* yarn global add NAME */
static bool unpinned_yarn(const struct shell_command *command, struct buf *names)
{
    size_t at = 0;
    struct shell_word word;
    if (!shell_runs(command, NAMES("yarn"), NAMES("global")))
        return unpinned(&yarn, command, names);
    shell_next_operand(command, &at, &word);
    if (!shell_next_operand(command, &at, &word) || !str_is(word.text, "add"))
        return false;
    while (shell_next_operand(command, &at, &word) && names->len == 0)
        if (word.literal && !is_pinned(&yarn, word.text))
            buf_add(names, word.text);
    return names->len > 0;
}

void check_dockerfile_npm_unpinned(const struct check *check, const struct dockerfile *file,
                                   struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_command(&cursor)) {
        AUTO_BUF names = {0};
        if (unpinned(&npm, cursor.command, &names) || unpinned_yarn(cursor.command, &names))
            dockerfile_tell_command(sink, check, &cursor, buf_str(&names));
    }
}

/* ---- caches ---- */

struct cache {
    const char *const *programs; /* that fill it */
    const char *const *verbs;
    const char *const *without;  /* options that keep it empty */
    const char *const *folders;  /* patterns of what empties it when it is removed */
    const char *const *cleaners; /* programs that empty it, with: */
    const char *const *cleaner_verbs;
    const char *const *mounts;    /* patterns of targets of --mount=type=cache */
    const char *const *variables; /* of ENV, that keep it empty */
};

static const struct cache apt_lists = {
    .programs = NAMES("apt-get", "apt", "aptitude"),
    .verbs = NAMES("update"),
    .folders = NAMES("/var/lib/apt/lists*", "/var/lib/apt", "/var/lib/apt/", "/var/lib/apt/?",
                     "/var/lib/{*", "/var/lib/*apt*", "/var/{*apt*", "/var/lib/apt/{*"),
    .mounts = NAMES("/var/lib/apt*", "/var/lib"),
};
static const struct cache apk_cache = {
    .programs = NAMES("apk"),
    .verbs = NAMES("add", "update"),
    .without = NAMES("--no-cache", "--root", "-p"),
    .folders =
        NAMES("/var/cache/apk*", "/var/cache", "/var/cache/", "/var/cache/?", "/etc/apk/cache*"),
    .cleaners = NAMES("apk"),
    .cleaner_verbs = NAMES("cache"),
    .mounts = NAMES("/var/cache/apk*", "/etc/apk/cache*", "/var/cache"),
};
static const struct cache yum_cache = {
    .programs = NAMES("yum"),
    .verbs = NAMES("install", "update", "upgrade", "groupinstall", "localinstall", "makecache"),
    .without = NAMES("--installroot", "--version", "--downloadonly"),
    .folders =
        NAMES("/var/cache/yum*", "/var/cache/dnf*", "/var/cache", "/var/cache/", "/var/cache/?"),
    .cleaners = NAMES("yum", "dnf", "microdnf"),
    .cleaner_verbs = NAMES("clean"),
    .mounts = NAMES("/var/cache/yum*", "/var/cache/dnf*", "/var/cache", "/var/cache/"),
};
static const struct cache dnf_cache = {
    .programs = NAMES("dnf", "dnf5", "microdnf", "tdnf"),
    .verbs = NAMES("install", "update", "upgrade", "groupinstall", "makecache"),
    .without = NAMES("--installroot", "--version", "--downloadonly"),
    .folders = NAMES("/var/cache/dnf*", "/var/cache/yum*", "/var/cache/libdnf*", "/var/cache/tdnf*",
                     "/var/cache", "/var/cache/", "/var/cache/?"),
    .cleaners = NAMES("dnf", "dnf5", "microdnf", "tdnf", "yum"),
    .cleaner_verbs = NAMES("clean"),
    .mounts = NAMES("/var/cache/dnf*", "/var/cache/yum*", "/var/cache/libdnf*", "/var/cache",
                    "/var/cache/tdnf*", "/var/cache/"),
};
static const struct cache zypper_cache = {
    .programs = NAMES("zypper"),
    .verbs = NAMES("install", "in", "update", "up", "patch", "dup", "dist-upgrade"),
    .without = NAMES("--root", "-R"),
    .folders = NAMES("/var/cache/zypp*", "/var/cache", "/var/cache/", "/var/cache/?"),
    .cleaners = NAMES("zypper"),
    .cleaner_verbs = NAMES("clean", "cc"),
    .mounts = NAMES("/var/cache/zypp*", "/var/cache"),
};
static const struct cache pip_cache = {
    .programs = NAMES("pip", "pip2*", "pip3*"),
    .verbs = NAMES("install"),
    .without = NAMES("--no-cache-dir", "--no-cache", "--dry-run"),
    .folders = NAMES("*/.cache", "*/.cache/", "*/.cache/?", "*/.cache/pip*", "~/.cache*"),
    .cleaners = NAMES("pip", "pip2*", "pip3*"),
    .cleaner_verbs = NAMES("cache"),
    .mounts = NAMES("*/.cache*", "*pip*"),
    .variables = NAMES("PIP_NO_CACHE_DIR", "PIP_CACHE_DIR"),
};
static const struct cache yarn_cache = {
    .programs = NAMES("yarn"),
    .verbs = NAMES("install", "add", "global", ""),
    .without = NAMES("--version", "-v", "--help"),
    .folders = NAMES("*/.cache*", "*/yarn*", "~/.cache*", "*/.yarn*"),
    .cleaners = NAMES("yarn"),
    .cleaner_verbs = NAMES("cache"),
    .mounts = NAMES("*yarn*", "*/.cache*"),
    .variables = NAMES("YARN_CACHE_FOLDER"),
};
static const struct cache npm_cache = {
    .programs = NAMES("npm"),
    .verbs = NAMES("install", "i", "ci", "add"),
    .without = NAMES("--version", "--help", "--dry-run"),
    .folders = NAMES("*/.npm*", "~/.npm*"),
    .cleaners = NAMES("npm"),
    .cleaner_verbs = NAMES("cache"),
    .mounts = NAMES("*npm*"),
    .variables = NAMES("NPM_CONFIG_CACHE", "npm_config_cache"),
};

static bool removes(const struct cache *cache, const struct shell_command *command)
{
    if (cache->cleaners && shell_runs(command, cache->cleaners, cache->cleaner_verbs))
        return true;
    if (!check_glob_any(NAMES("rm", "find"), shell_program(command)))
        return false;
    for (size_t i = 1; i < command->word_count; i++)
        if (check_glob_any(cache->folders, command->words[i].text))
            return true;
    return false;
}

/* --mount=type=cache,target=…: what is written there is in no layer. */
static bool is_mounted(const struct cache *cache, const struct dockerfile_step *step)
{
    for (size_t i = 0; i < step->flag_count; i++) {
        struct str rest = step->flags[i].value.text, part;
        bool is_target = false, keeps = false;
        while (str_is(step->flags[i].name, "mount") && str_cut(&rest, ',', &part)) {
            size_t equals = str_index(part, '=');
            struct str key = str_first(part, equals);
            struct str value = equals == SIZE_MAX ? STR_NONE : str_from(part, equals + 1);
            if (str_is(key, "type"))
                keeps = str_is(value, "cache") || str_is(value, "tmpfs");
            if (check_glob_any(NAMES("target", "dst", "destination"), key))
                is_target = check_glob_any(cache->mounts, value);
        }
        if (keeps && is_target)
            return true;
    }
    return false;
}

static bool assigns(const struct cache *cache, const struct shell_word *words, size_t count)
{
    for (size_t i = 0; cache->variables && i < count; i++)
        if (check_glob_any(cache->variables,
                           str_first(words[i].text, str_index(words[i].text, '='))))
            return true;
    return false;
}

static bool has_variable(const struct cache *cache, const struct shell_command *command)
{
    return assigns(cache, command->assignments, command->assignment_count);
}

static bool exports_variable(const struct cache *cache, const struct shell_command *command)
{
    return str_is(shell_program(command), "export") &&
           assigns(cache, command->words, command->word_count);
}

/* ENV or ARG of the final image's stages. */
static bool is_variable_set(const struct cache *cache, const struct dockerfile *file)
{
    struct dockerfile_cursor cursor = {.file = file, .final_only = true};
    while (cache->variables && dockerfile_next_step(&cursor))
        for (size_t i = 0; i < cursor.step->pair_count; i++)
            if (cursor.step->instruction != DOCKERFILE_LABEL &&
                check_glob_any(cache->variables, cursor.step->pairs[i].name))
                return true;
    return false;
}

/* The first command that fills the cache and that nothing in its script makes up for. */
static void look_at_script(const struct check *check, const struct dockerfile_cursor *at,
                           struct check_sink *sink, const struct cache *cache)
{
    const struct shell_script *script = at->step->shell;
    const struct shell_command *filling = NULL;
    for (size_t i = 0; i < script->commands.count; i++) {
        const struct shell_command *command = &script->commands.items[i];
        if (removes(cache, command) || (!filling && exports_variable(cache, command)))
            return;
        if (!filling && shell_runs(command, cache->programs, cache->verbs) &&
            !has_any_option(command, cache->without) && !has_variable(cache, command))
            filling = command;
    }
    if (!filling)
        return;
    AUTO_BUF evidence = {0};
    size_t end;
    struct str verb = shell_verb(filling, &end);
    buf_add(&evidence, shell_program(filling));
    buf_puts(&evidence, verb.len ? " " : "");
    buf_add(&evidence, verb);
    check_add(sink, check, dockerfile_command_place(at->step, filling), NULL, buf_str(&evidence));
}

static void tell_cache(const struct check *check, const struct dockerfile *file,
                       struct check_sink *sink, const struct cache *cache)
{
    struct dockerfile_cursor cursor = {.file = file, .final_only = true};
    if (is_variable_set(cache, file))
        return;
    while (dockerfile_next_step(&cursor))
        if (cursor.step->instruction == DOCKERFILE_RUN && cursor.step->shell &&
            !is_mounted(cache, cursor.step))
            look_at_script(check, &cursor, sink, cache);
}

#define CACHE(name)                                                                                \
    void check_dockerfile_##name(const struct check *check, const struct dockerfile *file,         \
                                 struct check_sink *sink)                                          \
    {                                                                                              \
        tell_cache(check, file, sink, &(name));                                                    \
    }

CACHE(apt_lists)
CACHE(apk_cache)
CACHE(yum_cache)
CACHE(dnf_cache)
CACHE(zypper_cache)
CACHE(pip_cache)
CACHE(yarn_cache)
CACHE(npm_cache)

/* ---- apt-get update in a layer of its own ---- */

/* Nothing but the update, and what prepares or cleans up. */
void check_dockerfile_apt_update_alone(const struct check *check, const struct dockerfile *file,
                                       struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct shell_script *script = cursor.step->shell;
        const struct shell_command *update = NULL;
        bool alone = script != NULL && cursor.step->instruction == DOCKERFILE_RUN;
        for (size_t i = 0; alone && i < script->commands.count; i++) {
            const struct shell_command *command = &script->commands.items[i];
            if (shell_runs(command, NAMES("apt-get", "apt"), NAMES("update")))
                update = command;
            else
                alone = shell_runs(command, NAMES("apt-get", "apt"), NAMES("clean", "autoclean")) ||
                        check_glob_any(NAMES("rm", "set", "echo", "sed", "true", "export", "sudo"),
                                       shell_program(command));
        }
        if (alone && update)
            check_add(sink, check, dockerfile_command_place(cursor.step, update), NULL,
                      shell_program(update));
    }
}

/* ---- packages that an image should not have ---- */

static const struct manager *const system_managers[] = {&apt, &apk, &yum, &dnf, &zypper};

static struct str package_name(struct str word)
{
    size_t end = 0;
    while (end < word.len && !strchr("=<>~@:/", word.data[end]))
        end++;
    return str_first(word, end);
}

static void tell_packages(const struct check *check, const struct dockerfile *file,
                          struct check_sink *sink, const char *const *packages)
{
    struct dockerfile_cursor cursor = {.file = file, .final_only = true};
    while (dockerfile_next_command(&cursor))
        for (size_t i = 0; i < sizeof(system_managers) / sizeof(system_managers[0]); i++) {
            size_t at = 0;
            struct shell_word word;
            if (!shell_runs(cursor.command, system_managers[i]->programs,
                            system_managers[i]->verbs))
                continue;
            while (shell_next_operand(cursor.command, &at, &word))
                if (check_glob_any(packages, package_name(word.text)))
                    dockerfile_tell_command(sink, check, &cursor, word.text);
        }
}

void check_dockerfile_ssh_server(const struct check *check, const struct dockerfile *file,
                                 struct check_sink *sink)
{
    tell_packages(check, file, sink,
                  NAMES("openssh-server", "openssh-server-*", "dropbear", "tinyssh", "telnetd",
                        "telnet-server", "inetutils-telnetd", "rsh-server", "ssh"));
}

void check_dockerfile_sudo_installed(const struct check *check, const struct dockerfile *file,
                                     struct check_sink *sink)
{
    tell_packages(check, file, sink, NAMES("sudo", "doas"));
}

void check_dockerfile_debug_tools(const struct check *check, const struct dockerfile *file,
                                  struct check_sink *sink)
{
    tell_packages(check, file, sink,
                  NAMES("gdb", "strace", "ltrace", "tcpdump", "nmap", "netcat", "netcat-*", "nc",
                        "ncat", "socat", "telnet", "vim", "nano", "emacs", "wireshark", "tshark"));
}
