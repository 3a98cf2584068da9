#include "io/pcre.h"

#include <pthread.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"
#include "io/library.h"

struct pcre {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *bounds;
    unsigned group; /* that is wanted; 0: the first one with something in it */
};

struct pcre_api {
    pcre2_code *(*compile)(PCRE2_SPTR pattern, PCRE2_SIZE length, uint32_t options, int *error,
                           PCRE2_SIZE *offset, pcre2_compile_context *context);
    void (*code_free)(pcre2_code *code);
    pcre2_match_data *(*match_data_create)(const pcre2_code *code, pcre2_general_context *context);
    void (*match_data_free)(pcre2_match_data *data);
    int (*match)(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE length, PCRE2_SIZE start,
                 uint32_t options, pcre2_match_data *data, pcre2_match_context *context);
    PCRE2_SIZE *(*ovector)(pcre2_match_data *data);
    pcre2_match_context *(*context_create)(pcre2_general_context *context);
    void (*context_free)(pcre2_match_context *context);
    int (*set_match_limit)(pcre2_match_context *context, uint32_t limit);
    int (*group_number)(const pcre2_code *code, PCRE2_SPTR name);
    int (*jit_compile)(pcre2_code *code, uint32_t options);
    int (*error_message)(int error, PCRE2_UCHAR *text, PCRE2_SIZE size);
};

static struct pcre_api api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct library_symbol symbols[] = {
    {"pcre2_compile_8", offsetof(struct pcre_api, compile)},
    {"pcre2_code_free_8", offsetof(struct pcre_api, code_free)},
    {"pcre2_match_data_create_from_pattern_8", offsetof(struct pcre_api, match_data_create)},
    {"pcre2_match_data_free_8", offsetof(struct pcre_api, match_data_free)},
    {"pcre2_match_8", offsetof(struct pcre_api, match)},
    {"pcre2_get_ovector_pointer_8", offsetof(struct pcre_api, ovector)},
    {"pcre2_match_context_create_8", offsetof(struct pcre_api, context_create)},
    {"pcre2_match_context_free_8", offsetof(struct pcre_api, context_free)},
    {"pcre2_set_match_limit_8", offsetof(struct pcre_api, set_match_limit)},
    {"pcre2_substring_number_from_name_8", offsetof(struct pcre_api, group_number)},
    {"pcre2_jit_compile_8", offsetof(struct pcre_api, jit_compile)},
    {"pcre2_get_error_message_8", offsetof(struct pcre_api, error_message)},
};

static void load(void)
{
    static const char *const names[] = {"libpcre2-8.so.0", NULL};
    loaded = library_load(names, symbols, ARRAY_LEN(symbols), &api);
}

bool pcre_available(void)
{
    pthread_once(&once, load);
    return loaded;
}

int pcre_compile(const char *pattern, struct pcre **ret_pcre, struct pl_err *err)
{
    int error;
    PCRE2_SIZE offset;
    if (!pcre_available())
        return err_set(err, PL_E_NOT_FOUND,
                       "PCRE2 is not installed here (Debian: package libpcre2-8-0)");
    pcre2_code *code =
        api.compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
    if (!code) {
        char text[128] = "";
        api.error_message(error, (PCRE2_UCHAR *)text, sizeof(text));
        return err_set(err, PL_E_FORMAT, "the pattern is none, at byte %zu: %s", (size_t)offset,
                       text);
    }
    struct pcre *pcre = mem_alloc(sizeof(*pcre));
    *pcre = (struct pcre){code, api.match_data_create(code, NULL), api.context_create(NULL), 0};
    api.set_match_limit(pcre->bounds, PCRE_STEPS);
    *ret_pcre = pcre;
    return 0;
}

struct pcre *pcre_new(const char *pattern)
{
    struct pcre *pcre = NULL;
    struct pl_err ignored;
    return pcre_compile(pattern, &pcre, &ignored) == 0 ? pcre : NULL;
}

void pcre_free(struct pcre *pcre)
{
    if (!pcre)
        return;
    api.match_data_free(pcre->data);
    api.context_free(pcre->bounds);
    api.code_free(pcre->code);
    free(pcre);
}

bool pcre_find(const struct pcre *pcre, struct str text, size_t from, bool at_start,
               struct str *ret_group, size_t *ret_end)
{
    uint32_t options = at_start ? 0 : PCRE2_NOTBOL;
    int count = api.match(pcre->code, (PCRE2_SPTR)(text.data ? text.data : ""), text.len, from,
                          options, pcre->data, NULL);
    if (count <= 0)
        return false;
    const PCRE2_SIZE *at = api.ovector(pcre->data);
    *ret_end = at[1];
    *ret_group =
        count > 1 && at[2] != PCRE2_UNSET ? str_make(text.data + at[2], at[3] - at[2]) : STR_NONE;
    return true;
}

/* Of alternatives with a group each only one takes part. */
static int group_of(const struct pcre *pcre, const PCRE2_SIZE *at, int count)
{
    int group = pcre->group ? (int)pcre->group : 1;
    while (!pcre->group && group < count &&
           (at[2 * group] == PCRE2_UNSET || at[2 * group] == at[2 * group + 1]))
        group++;
    return group >= count || at[2 * group] == PCRE2_UNSET ? 0 : group;
}

enum pcre_result pcre_match(const struct pcre *pcre, struct str text, size_t from,
                            struct pcre_hit *ret_hit)
{
    int count = api.match(pcre->code, (PCRE2_SPTR)(text.data ? text.data : ""), text.len, from, 0,
                          pcre->data, pcre->bounds);
    if (count <= 0)
        return count == PCRE2_ERROR_NOMATCH ? PCRE_NONE : PCRE_GAVE_UP;
    const PCRE2_SIZE *at = api.ovector(pcre->data);
    ret_hit->start = at[0];
    ret_hit->end = at[1];
    int group = group_of(pcre, at, count);
    ret_hit->group = str_make(text.data + at[2 * group], at[2 * group + 1] - at[2 * group]);
    return PCRE_HIT;
}

void pcre_speed_up(struct pcre *pcre)
{
    api.jit_compile(pcre->code, PCRE2_JIT_COMPLETE);
}

unsigned pcre_group(const struct pcre *pcre, const char *name)
{
    int number = api.group_number(pcre->code, (PCRE2_SPTR)name);
    return number > 0 ? (unsigned)number : 0;
}

void pcre_choose_group(struct pcre *pcre, unsigned group)
{
    pcre->group = group;
}
