/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stages.h: pipelines in short, for the tests of them. Included behind
 * commands.h.
 */
#ifndef MITO_TESTS_STAGES_H
#define MITO_TESTS_STAGES_H

#define STAGE(...) {.argv = MITO_ARGV(__VA_ARGS__)}
#define COPY STAGE(HELPER("copy"))
#define HANG STAGE(HELPER("hang"))
#define EXIT(code) STAGE(HELPER("exit-code"), code)
/* Writes for longer than anybody reads. */
#define ENDLESS STAGE(HELPER("flood"), "9000000000000000000", "0")

/* The stages in place, and how many they are. */
#define STAGES(...)                                                         \
    (const mito_stage_t[]){__VA_ARGS__},                                    \
    sizeof((const mito_stage_t[]){__VA_ARGS__}) / sizeof(mito_stage_t)

#endif /* MITO_TESTS_STAGES_H */
