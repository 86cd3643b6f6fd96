import ModelGraph

extension Graph {
    mutating func computeInIntegers() {}
}
