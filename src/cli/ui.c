#include "cli/ui.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "io/tempfile.h"

enum { TICK_MS = 100, BAR_COLUMNS = 24 };

static struct {
    bool quiet;
    pthread_mutex_t lock;
    const char *what; /* of the line on the screen */
    uint64_t started_ms, shown_ms;
    bool line; /* a progress line is on the screen */
    struct progress progress;
} ui = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Ctrl-C: half-written files go, the terminal's line is ended, and so is the process. */
static void interrupted(int signal_number)
{
    static const char end[] = "\n";
    tempfile_unlink_all();
    if (ui.line) {
        ssize_t ignored = write(STDERR_FILENO, end, 1);
        (void)ignored;
    }
    _exit(128 + signal_number);
}

/* The advisory database is read through a mapping: when another program cuts the file short,
 * reading behind its new end is a signal, not an error code. */
static void file_shrank(int signal_number)
{
    static const char message[] = "plimsoll: the advisory database became shorter while it was "
                                  "read; run: plimsoll db verify\n";
    (void)signal_number;
    tempfile_unlink_all();
    ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
    (void)ignored;
    _exit(EXIT_DATABASE);
}

void ui_start(int count, char **words)
{
    enum lang lang = i18n_from_environment();
    const char *named = getenv("PLIMSOLL_LANG");
    for (int i = 1; i < count; i++) {
        if (strncmp(words[i], "--lang=", 7) == 0)
            named = words[i] + 7;
        else if (strcmp(words[i], "--lang") == 0 && i + 1 < count)
            named = words[i + 1];
    }
    if (named)
        i18n_parse(named, &lang);
    i18n_set(lang);
    struct sigaction action = {.sa_handler = interrupted};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = file_shrank;
    sigaction(SIGBUS, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write(2), told like any other */
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void ui_format_bytes(uint64_t bytes, char *text, size_t size)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 1024 && unit + 1 < ARRAY_LEN(units)) {
        value /= 1024;
        unit++;
    }
    snprintf(text, size, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void format_amount(uint64_t amount, const char *unit, char *text, size_t size)
{
    if (unit && strcmp(unit, "B") == 0)
        ui_format_bytes(amount, text, size);
    else
        snprintf(text, size, "%llu", (unsigned long long)amount);
}

static void format_left(double seconds, char *text, size_t size)
{
    if (seconds < 90)
        snprintf(text, size, tr("%.0f s left"), seconds);
    else
        snprintf(text, size, tr("%.0f min left"), seconds / 60);
}

static void draw(const char *what, uint64_t done, uint64_t total, const char *unit, double seconds)
{
    char amount[32], all[32], rate[32], left[48], bar[BAR_COLUMNS * 4 + 1] = "";
    double per_second = seconds > 0.2 ? (double)done / seconds : 0;
    format_amount(done, unit, amount, sizeof(amount));
    format_amount((uint64_t)per_second, unit, rate, sizeof(rate));
    fprintf(stderr, "\r\033[K%s ", tr(what));
    if (total) {
        size_t full = (size_t)((double)done / (double)total * BAR_COLUMNS);
        for (size_t i = 0; i < BAR_COLUMNS; i++)
            strcat(bar, i < full ? "━" : "─");
        format_amount(total, unit, all, sizeof(all));
        fprintf(stderr, "%s %3.0f %%  %s / %s", bar, 100.0 * (double)done / (double)total, amount,
                all);
    } else {
        fprintf(stderr, " %s", amount);
    }
    if (per_second > 0)
        fprintf(stderr, "  %s/s", rate);
    if (per_second > 0 && total > done) {
        format_left((double)(total - done) / per_second, left, sizeof(left));
        fprintf(stderr, "  %s", left);
    }
    fflush(stderr);
}

static void tell(void *context, const char *what, uint64_t done, uint64_t total, const char *unit)
{
    (void)context;
    pthread_mutex_lock(&ui.lock);
    uint64_t now = now_ms();
    if (!ui.what || strcmp(ui.what, what) != 0) {
        ui.what = what;
        ui.started_ms = now;
        ui.shown_ms = now; /* short work shows nothing */
    }
    if (now - ui.shown_ms >= TICK_MS) {
        ui.shown_ms = now;
        ui.line = true;
        draw(what, done, total, unit, (double)(now - ui.started_ms) / 1000);
    }
    pthread_mutex_unlock(&ui.lock);
}

void ui_configure(const struct args *args)
{
    ui.quiet = args_has(args, "quiet");
    if (!ui.quiet && !args_has(args, "no-progress") && isatty(STDERR_FILENO))
        ui.progress.tell = tell;
}

const struct progress *ui_progress(void)
{
    return ui.progress.tell ? &ui.progress : NULL;
}

void ui_progress_end(void)
{
    pthread_mutex_lock(&ui.lock);
    if (ui.line)
        fputs("\r\033[K", stderr);
    ui.line = false;
    ui.what = NULL;
    fflush(stderr);
    pthread_mutex_unlock(&ui.lock);
}

static void print_safe(const char *text)
{
    AUTO_BUF safe = {0};
    utf8_safe(&safe, str_of(text));
    fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&safe)));
}

void ui_error(const struct pl_err *err)
{
    ui_progress_end();
    fprintf(stderr, "plimsoll: ");
    print_safe(err->local);
}

void ui_say(const char *format, ...)
{
    char text[2048];
    va_list list;
    if (ui.quiet)
        return;
    ui_progress_end();
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    print_safe(text);
}

int ui_exit_code(const struct pl_err *err)
{
    switch (err->code) {
    case PL_OK:
        return EXIT_DONE;
    case PL_E_USAGE:
        return EXIT_USAGE;
    case PL_E_DATABASE:
        return EXIT_DATABASE;
    case PL_E_FAULT:
        return EXIT_FAULT;
    case PL_E_IO:
    case PL_E_NOT_FOUND:
    case PL_E_FORMAT:
    case PL_E_LIMIT:
    case PL_E_UNSUPPORTED:
    case PL_E_DIGEST:
    case PL_E_DENIED:
        break;
    }
    return EXIT_TARGET;
}

int ui_fail(const struct pl_err *err)
{
    ui_error(err);
    return ui_exit_code(err);
}

size_t ui_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 80;
}

bool ui_color(void)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(none && *none) && !(term && strcmp(term, "dumb") == 0);
}
