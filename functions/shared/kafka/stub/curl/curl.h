/* Empty on purpose. librdkafka 2.12 includes curl/curl.h even where it is compiled without curl (it asks whether
   WITH_OAUTHBEARER_OIDC is defined, and CMake defines it to 0); nothing of it is used then. `cargo xtask package`
   puts this folder on CPATH. Not to be combined with rdkafka's feature `curl`. */
