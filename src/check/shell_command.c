/* Words of commands whose options are known. */
#include "check/dockerfile_checks.h"

/* Options that take a word of their own; with "=" inside the word they do not. */
static const struct {
    const char *program; /* pattern */
    const char *const *valued;
} programs[] = {
    {"apt*", NAMES("-o", "--option", "-c", "--config-file", "-t", "--target-release",
                   "--default-release", "-a", "--host-architecture")},
    {"aptitude", NAMES("-o", "-t", "--target-release")},
    {"apk", NAMES("-t", "--virtual", "-X", "--repository", "-p", "--root", "--arch", "--cache-dir",
                  "--keys-dir", "--repositories-file", "--wait")},
    {"yum", NAMES("-c", "-d", "-e", "-R", "-x", "--setopt", "--enablerepo", "--disablerepo",
                  "--installroot", "--releasever", "--exclude", "--repo", "--repoid")},
    {"*dnf*", NAMES("-c", "-d", "-e", "-R", "-x", "--setopt", "--enablerepo", "--disablerepo",
                    "--installroot", "--releasever", "--exclude", "--repo", "--repoid")},
    {"zypper", NAMES("-R", "--root", "-c", "--config", "-D", "--reposd-dir", "-r", "--repo", "-t",
                     "--type", "--from", "-p", "--plus-repo")},
    {"pip*",
     NAMES("-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "-f", "--find-links",
           "-t", "--target", "-e", "--editable", "--extra-index-url", "--proxy", "--trusted-host",
           "--timeout", "--retries", "--cache-dir", "--root", "--prefix", "--platform",
           "--python-version", "--log", "--cert", "--no-binary", "--only-binary", "--progress-bar",
           "--global-option", "--install-option", "--src", "--config-settings", "--implementation",
           "--abi", "--default-timeout", "--python", "--extra")},
    {"npm", NAMES("--prefix", "-C", "--registry", "--loglevel", "--cache", "-w", "--workspace",
                  "--tag", "--omit", "--include", "--network-timeout", "--fetch-timeout",
                  "--fetch-retries", "--maxsockets", "--userconfig")},
    {"yarn", NAMES("--cwd", "--registry", "--cache-folder", "--network-timeout",
                   "--network-concurrency", "--modules-folder", "--mutex")},
    {"pnpm", NAMES("--dir", "-C", "--filter", "--registry", "--store-dir", "--loglevel")},
    {"gem", NAMES("-v", "--version", "-s", "--source", "-i", "--install-dir", "-n", "--bindir",
                  "-p", "--http-proxy", "-P", "--trust-policy")},
    {"go",
     NAMES("-ldflags", "-tags", "-gcflags", "-o", "-mod", "-C", "-p", "-buildmode", "-asmflags")},
    {"cargo", NAMES("--version", "--vers", "--git", "--branch", "--tag", "--rev", "--path",
                    "--root", "--features", "-F", "--target", "--profile", "-j", "--jobs", "--bin",
                    "--registry", "--index")},
    {"git", NAMES("-C", "-c", "--git-dir", "--work-tree", "-b", "--branch", "--depth", "-o",
                  "--origin", "--reference", "-j", "--jobs", "--config", "--filter")},
    {"chmod", NAMES("--reference")},
    {"wget", NAMES("-O", "--output-document", "-o", "--output-file", "-P", "--directory-prefix",
                   "-t", "--tries", "-T", "--timeout", "-U", "--user-agent", "--header", "-e",
                   "--waitretry", "--post-data", "-i", "--progress", "--user", "--password")},
    {"curl", NAMES("-o", "--output", "-H", "--header", "-u", "--user", "-d", "--data", "-X",
                   "--request", "-A", "--user-agent", "-m", "--max-time", "--retry", "-x",
                   "--proxy", "--connect-timeout", "--retry-delay", "--cacert", "--cert", "--key",
                   "-e", "--referer", "-w", "--write-out", "-T", "--upload-file", "-b", "--cookie",
                   "-c", "--cookie-jar", "--retry-max-time", "--ciphers", "--proto", "-F", "--form",
                   "--resolve", "-D", "--dump-header", "--output-dir", "--data-binary", "--tls-max",
                   "--interface", "--limit-rate", "-K", "--config")},
    {"useradd", NAMES("-u", "--uid", "-g", "--gid", "-G", "--groups", "-d", "--home", "--home-dir",
                      "-s", "--shell", "-c", "--comment", "-b", "-e", "-f", "-k", "-K", "-p",
                      "--password", "-R", "-Z")},
};

static const char *const *valued_options(struct str program)
{
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        if (check_glob(str_of(programs[i].program), program))
            return programs[i].valued;
    return NULL;
}

/* "-o", "--output", and "-fsSLo" whose last letter is such an option. */
static bool takes_next_word(const char *const *valued, struct str word)
{
    for (size_t i = 0; valued && valued[i]; i++) {
        struct str option = str_of(valued[i]);
        if (str_equal(word, option))
            return true;
        if (option.len == 2 && word.len > 2 && word.data[0] == '-' && word.data[1] != '-' &&
            word.data[word.len - 1] == option.data[1])
            return true;
    }
    return false;
}

bool shell_next_operand(const struct shell_command *command, size_t *at,
                        struct shell_word *ret_word)
{
    const char *const *valued = valued_options(shell_program(command));
    for (size_t i = *at < 1 ? 1 : *at; i < command->word_count; i++) {
        struct str word = command->words[i].text;
        if (word.len > 1 && word.data[0] == '-') {
            i += takes_next_word(valued, word);
            continue;
        }
        *at = i + 1;
        *ret_word = command->words[i];
        return true;
    }
    *at = command->word_count;
    return false;
}

struct str shell_verb(const struct shell_command *command, size_t *ret_at)
{
    struct shell_word word;
    *ret_at = 0;
    return shell_next_operand(command, ret_at, &word) ? word.text : STR_NONE;
}

bool shell_runs(const struct shell_command *command, const char *const *wanted,
                const char *const *verbs)
{
    size_t at;
    struct str program = shell_program(command);
    if (program.len == 0 || !check_glob_any(wanted, program))
        return false;
    return !verbs || check_glob_any(verbs, shell_verb(command, &at));
}
