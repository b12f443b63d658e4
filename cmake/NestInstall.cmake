# What `cmake --install` lays out; the binary finds its packages from its own place, so any prefix will do.
include(GNUInstallDirs)

install(TARGETS locust-nest DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES "$<TARGET_FILE_DIR:locust-nest>/locust" "$<TARGET_FILE_DIR:locust-nest>/locust-nest-python"
  DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/python/" DESTINATION ${CMAKE_INSTALL_DATADIR}/locust-nest/python
        PATTERN "__pycache__" EXCLUDE PATTERN ".*_cache" EXCLUDE)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/models/" DESTINATION ${CMAKE_INSTALL_DATADIR}/locust-nest/models
        PATTERN "__pycache__" EXCLUDE)
install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/LICENSE"
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES "${PROJECT_SOURCE_DIR}/docs/locust-nest.1" DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
