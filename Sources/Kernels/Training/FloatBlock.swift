/// A stretch of float memory that a `FloatArena` keeps alive.
///
/// Blocks of one arena are handed to threads that write disjoint stretches; `subscript` and `part` check their bounds.
public struct FloatBlock: @unchecked Sendable {
    // SAFETY: valid for `count` floats while the arena lives (owners keep both together), and readable for another
    // 64 bytes, as the kernels need. Sendable because threads write only blocks that do not overlap.
    @usableFromInline let base: UnsafeMutablePointer<Float>
    public let count: Int

    @usableFromInline init(base: UnsafeMutablePointer<Float>, count: Int) {
        self.base = base
        self.count = count
    }

    @inlinable public subscript(index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count, "FloatBlock: index out of range")
            return base[index]
        }
        nonmutating set {
            precondition(index >= 0 && index < count, "FloatBlock: index out of range")
            base[index] = newValue
        }
    }

    /// `length` floats from `start` on.
    @inlinable public func part(_ start: Int, _ length: Int) -> FloatBlock {
        precondition(start >= 0 && length >= 0 && start <= count - length, "FloatBlock: part out of range")
        return FloatBlock(base: base + start, count: length)
    }

    @inlinable public func fill(_ value: Float) { base.update(repeating: value, count: count) }

    @inlinable public func copy(from other: FloatBlock) {
        precondition(other.count == count, "FloatBlock: \(other.count) values into \(count)")
        base.update(from: other.base, count: count)
    }

    public func copy(from values: [Float]) {
        precondition(values.count == count, "FloatBlock: \(values.count) values into \(count)")
        for (index, value) in values.enumerated() { base[index] = value }
    }

    public var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// Lends the elements to code that fills them.
    public func withMutableSpan(_ body: (inout MutableSpan<Float>) -> Void) {
        var span = UnsafeMutableBufferPointer(start: base, count: count).mutableSpan
        body(&span)
    }
}

/// Float memory with a fixed size, zero at first, on cache-line boundaries.
public final class FloatArena: Sendable {
    public let block: FloatBlock

    public init(_ count: Int) {
        // 64 bytes beyond the end are readable: vector kernels load whole vectors.
        let memory = UnsafeMutableRawPointer.allocate(byteCount: (count + 32) * 4, alignment: 64)
        let base = memory.initializeMemory(as: Float.self, repeating: 0, count: count + 32)
        block = FloatBlock(base: base, count: count)
    }

    deinit { UnsafeMutableRawPointer(block.base).deallocate() }
}
