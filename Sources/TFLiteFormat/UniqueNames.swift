extension Set<String> {
    /// Adds `name`, or `name_2`, `name_3`, … where it is taken, and returns what was added.
    mutating func insertUnique(_ name: String) -> String {
        var candidate = name
        var suffix = 2
        while !insert(candidate).inserted {
            candidate = "\(name)_\(suffix)"
            suffix += 1
        }
        return candidate
    }
}
