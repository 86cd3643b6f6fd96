import ModelGraph

extension SearchSpace {
    /// The space with int8 weights of one scale a tensor, for runtimes that take no others.
    ///
    /// - Parameter only: whether that replaces scales for each channel, or stands beside them.
    public func offeringTensorScales(only: Bool) throws(SearchSpaceError) -> SearchSpace {
        let options = compression.precision.compressionOptions.withTensorScales(only: only)
        return try replacing(precision: options)
    }
}

extension GivenCompression {
    /// The same with int8 weights of one scale a tensor; beside scales for each channel only where no stage chooses for itself.
    ///
    /// - Parameter only: whether that replaces scales for each channel, or stands beside them.
    public func offeringTensorScales(only: Bool) -> GivenCompression {
        guard only || !precisionPerStage else { return self }
        var result = self
        let options = precision.map { CompressionChoices.Option(text: $0, step: $0) }
        result.precision = options.withTensorScales(only: only).map(\.text)
        return result
    }
}

extension [CompressionChoices.Option] {
    func withTensorScales(only: Bool) -> [CompressionChoices.Option] {
        var result: [CompressionChoices.Option] = []
        for option in self {
            let variant = option.withTensorScale
            if variant == nil || !only { result.append(option) }
            if let variant, !contains(where: { $0.step == variant.step }) { result.append(variant) }
        }
        return result
    }

    /// Options beyond these that are one of them but for its weight scales.
    func scaleVariants(in texts: [String]) -> [CompressionChoices.Option] {
        compactMap(\.withTensorScale).filter { variant in
            texts.contains(variant.text) && !contains { $0.step == variant.step }
        }
    }
}

extension CompressionChoices.Option {
    /// The same with one scale for each tensor of int8 weights; nil where it has none with several.
    fileprivate var withTensorScale: CompressionChoices.Option? {
        guard let compression = try? Compression(parsing: step) else { return nil }
        let steps = compression.steps.map { step in
            guard case .precision(let precision, let isTrained, .perChannel) = step,
                precision.choices.contains(.int8)
            else { return step }
            return .precision(precision, isTrained: isTrained, scales: .perTensor)
        }
        guard steps != compression.steps, let changed = try? Compression(steps) else { return nil }
        return CompressionChoices.Option(text: changed.description, step: changed.description)
    }
}
