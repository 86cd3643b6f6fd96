import Determinism

extension Dataset {
    /// SHA-256 of all samples and of what is to be predicted from them.
    public var contentHash: String {
        var hash = SHA256()
        hash.update("\(name) \(sampleShape) \(count) \(classNames)".utf8)
        switch storage {
        case .bytes(let values): hash.update(values.span)
        case .floats(let values): hash.update(elements: values)
        case .windows(let windows):
            hash.update("\(windows.width) \(windows.length)".utf8)
            hash.update(elements: windows.rows)
            hash.update(elements: windows.starts)
        case .pictures(let store): hash.update(store.contentHash.utf8)
        }
        switch target {
        case .classes(let labels, _): hash.update(elements: labels)
        case .values(let values): hash.update(elements: values)
        case .anomalies(let flags): hash.update(flags.map { $0 ? 1 : 0 } as [UInt8])
        }
        return hash.finish()
    }
}

extension SHA256 {
    /// Numbers as they lie in memory; all supported machines are little-endian.
    fileprivate mutating func update<Number: BitwiseCopyable>(elements: [Number]) {
        elements.withUnsafeBytes { raw in
            // SAFETY: the span does not outlive the closure.
            raw.withMemoryRebound(to: UInt8.self) { update($0.span) }
        }
    }
}
