filter {
    includeTestsMatching("*IT")
}
