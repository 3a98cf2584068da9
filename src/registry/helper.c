#include "registry/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "io/json_doc.h"

extern char **environ;

enum { ANSWER_SECONDS = 60 };

struct pipes {
    int in[2], out[2]; /* of the helper; -1: closed */
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_pipes(struct pipes *pipes)
{
    for (int i = 0; i < 2; i++) {
        close_end(&pipes->in[i]);
        close_end(&pipes->out[i]);
    }
}

/* The name is a part of a program's name: no way to another folder. */
static bool is_helper_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.data[i] <= ' ' || name.data[i] == '/')
            return false;
    return name.len > 0 && name.len < 200;
}

static int start(const char *program, struct pipes *pipes, pid_t *ret_pid, struct pl_err *err)
{
    posix_spawn_file_actions_t actions;
    char word[] = "get";
    AUTO_FREE char *first = str_dup(str_of(program));
    char *const arguments[] = {first, word, NULL};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes->in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes->out[1], STDOUT_FILENO);
    int code = posix_spawnp(ret_pid, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0)
        return err_errno(err, code, "cannot start the credential helper %s", program);
    close_end(&pipes->in[0]);
    close_end(&pipes->out[1]);
    return 0;
}

/* Writes the question, which fits into a pipe, and reads the answer to its end. */
static int talk(struct pipes *pipes, struct str server, struct buf *answer, const char *program,
                struct pl_err *err)
{
    enum { CHUNK = 4096 };
    int waited = 0;
    ssize_t put = write(pipes->in[1], server.data, server.len);
    if (put == (ssize_t)server.len)
        put = write(pipes->in[1], "\n", 1);
    close_end(&pipes->in[1]); /* one that does not read has its answer all the same */
    for (;;) {
        struct pollfd ready = {.fd = pipes->out[0], .events = POLLIN};
        int count = poll(&ready, 1, 1000);
        if (count < 0 && errno != EINTR)
            return err_errno(err, errno, "the credential helper %s", program);
        if (count == 0 && ++waited >= ANSWER_SECONDS)
            return err_set(err, PL_E_IO, "the credential helper %s gave no answer in %d seconds",
                           program, ANSWER_SECONDS);
        if (count <= 0)
            continue;
        ssize_t got = read(pipes->out[0], buf_reserve(answer, CHUNK), CHUNK);
        if (got < 0)
            return err_errno(err, errno, "the credential helper %s", program);
        if (got == 0)
            return 0;
        answer->len += (size_t)got;
        if (answer->len > LIMIT_HELPER_ANSWER)
            return err_limit(err, LIMIT_NAME(LIMIT_HELPER_ANSWER),
                             "the credential helper %s answers with more than LIMIT_HELPER_ANSWER "
                             "(%llu bytes)",
                             program, LIMIT_HELPER_ANSWER);
    }
}

static int read_answer(struct str text, int status, const char *program, struct arena *arena,
                       struct helper_answer *ret_answer, struct pl_err *err)
{
    AUTO_JSON *answer = NULL;
    struct pl_err ignored;
    text = str_trim(text);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        if (str_find(text, STR("credentials not found")) != SIZE_MAX)
            return 0;
        struct str shown = str_first(text, 200);
        for (size_t i = 0; i < shown.len; i++)
            if ((unsigned char)shown.data[i] < ' ')
                shown.len = i;
        return err_set(err, PL_E_IO, "the credential helper %s failed: %.*s", program,
                       STR_ARG(shown));
    }
    if (json_document(text, &answer, &ignored) < 0 || !json_is_object(answer))
        return err_set(err, PL_E_FORMAT, "the credential helper %s does not answer in JSON",
                       program);
    ret_answer->user = arena_str(arena, json_text(answer, "Username"));
    ret_answer->secret = arena_str(arena, json_text(answer, "Secret"));
    return 0;
}

int helper_get(struct str name, struct str server, struct arena *arena,
               struct helper_answer *ret_answer, struct pl_err *err)
{
    struct pipes pipes = {{-1, -1}, {-1, -1}};
    AUTO_BUF answer = {0};
    pid_t pid;
    int status = 0;
    *ret_answer = (struct helper_answer){0};
    if (!is_helper_name(name))
        return err_set(err, PL_E_FORMAT, "\"%.*s\" is no name of a credential helper",
                       STR_ARG(str_first(name, 100)));
    struct str program = arena_printf(arena, "docker-credential-%.*s", STR_ARG(name));
    if (pipe2(pipes.in, O_CLOEXEC) < 0 || pipe2(pipes.out, O_CLOEXEC) < 0) {
        int r = err_errno(err, errno, "cannot make a pipe");
        close_pipes(&pipes);
        return r;
    }
    int r = start(program.data, &pipes, &pid, err);
    if (r < 0) {
        close_pipes(&pipes);
        return r;
    }
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    r = talk(&pipes, server, &answer, program.data, err);
    signal(SIGPIPE, before);
    close_pipes(&pipes);
    if (r < 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return r < 0 ? r : read_answer(buf_str(&answer), status, program.data, arena, ret_answer, err);
}
