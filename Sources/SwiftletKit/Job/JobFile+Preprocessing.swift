public import YAMLReader

extension JobFile {
    /// `dataset.preprocessing:` – value i of a sample becomes (value − offsets[i mod n]) · scales[i mod n], as manifests of
    /// bundles write it.
    public struct PreprocessingSection: Sendable {
        public var offsets, scales: [Double]
        public var node: YAMLNode

        init(_ node: YAMLNode) throws(YAMLError) {
            try node.allow(keys: ["offsets", "scales"])
            self.node = node
            offsets = try PreprocessingSection.numbers(node.required("offsets"))
            scales = try PreprocessingSection.numbers(node.required("scales"))
            guard offsets.count == scales.count else {
                throw node.error("expected a scale for each offset, got \(scales.count) for \(offsets.count)")
            }
        }

        /// A number, or a list of them: one a channel, say.
        private static func numbers(_ node: YAMLNode) throws(YAMLError) -> [Double] {
            var numbers: [Double] = []
            for item in node.isSequence ? try node.list() : [node] { numbers.append(try item.double()) }
            guard !numbers.isEmpty, numbers.allSatisfy(\.isFinite) else {
                throw node.error("expected a number, or a list of them")
            }
            return numbers
        }
    }
}
