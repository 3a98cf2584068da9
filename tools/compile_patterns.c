/* Runs while the program is built: compiles the patterns of a file, one a line, with Hyperscan and
 * writes the serialized database as a C array. compile_patterns NAME LIST OUTPUT */
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERNS = 4096 };

int main(int argc, char **argv)
{
    static const char *patterns[PATTERNS];
    static unsigned flags[PATTERNS], ids[PATTERNS];
    unsigned count = 0;
    char *line = NULL, *bytes = NULL;
    size_t capacity = 0, len = 0;
    hs_database_t *database = NULL;
    hs_compile_error_t *problem = NULL;
    /* The plainest processor of the architecture: what is built here runs elsewhere. */
    hs_platform_info_t platform = {.tune = HS_TUNE_FAMILY_GENERIC};
    FILE *in = argc == 4 ? fopen(argv[2], "r") : NULL;
    if (!in)
        return 2;
    while (getline(&line, &capacity, in) > 0 && count < PATTERNS) {
        line[strcspn(line, "\n")] = 0;
        ids[count] = count;
        patterns[count++] = strdup(line);
    }
    fclose(in);
    if (hs_compile_multi(patterns, flags, ids, count, HS_MODE_BLOCK, &platform, &database,
                         &problem) != HS_SUCCESS) {
        fprintf(stderr, "%s: pattern %d: %s\n", argv[2], problem->expression, problem->message);
        return 1;
    }
    if (hs_serialize_database(database, &bytes, &len) != HS_SUCCESS)
        return 1;
    FILE *out = fopen(argv[3], "w");
    if (!out)
        return 1;
    fprintf(out,
            "#include <stddef.h>\n\nextern const unsigned char %s[];\nextern const size_t "
            "%s_size;\nconst unsigned char %s[] = {",
            argv[1], argv[1], argv[1]);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%s%d,", i % 24 ? "" : "\n", (unsigned char)bytes[i]);
    fprintf(out, "\n};\nconst size_t %s_size = sizeof(%s);\n", argv[1], argv[1]);
    return fclose(out) ? 1 : 0;
}
