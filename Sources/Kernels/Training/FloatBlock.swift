/// A stretch of float memory that a `FloatArena` keeps alive.
///
/// Blocks of one arena are handed to threads that write disjoint stretches; `subscript` and `part` check their bounds.
public struct FloatBlock: @unchecked Sendable {
    // SAFETY: valid for `count` floats while the arena lives (owners keep both together), and readable for another
    // 64 bytes, as the kernels need. Sendable because threads write only blocks that do not overlap.
    @usableFromInline let base: UnsafeMutablePointer<Float>
    /// How many floats the block holds.
    public let count: Int

    @usableFromInline init(base: UnsafeMutablePointer<Float>, count: Int) {
        self.base = base
        self.count = count
    }

    /// The float at `index`; bounds are checked.
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

    /// Sets every float to `value`.
    @inlinable public func fill(_ value: Float) { base.update(repeating: value, count: count) }

    /// Copies the floats of a block of the same size that does not overlap.
    @inlinable public func copy(from other: FloatBlock) {
        precondition(other.count == count, "FloatBlock: \(other.count) values into \(count)")
        base.update(from: other.base, count: count)
    }

    /// Copies as many values as the block holds.
    public func copy(from values: [Float]) {
        precondition(values.count == count, "FloatBlock: \(values.count) values into \(count)")
        for (index, value) in values.enumerated() { base[index] = value }
    }

    /// A copy of the floats.
    public var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// Lends the elements to code that fills them.
    public func withMutableSpan(_ body: (inout MutableSpan<Float>) -> Void) {
        var span = UnsafeMutableBufferPointer(start: base, count: count).mutableSpan
        body(&span)
    }
}

/// Float memory with a fixed size, zero at first, on cache-line boundaries.
public final class FloatArena: Sendable {
    /// All of the memory; valid while the arena lives.
    public let block: FloatBlock

    /// Memory for `count` floats, all zero.
    public init(_ count: Int) {
        // 64 bytes beyond the end are readable: vector kernels load whole vectors.
        let memory = UnsafeMutableRawPointer.allocate(byteCount: (count + 32) * 4, alignment: 64)
        let base = memory.initializeMemory(as: Float.self, repeating: 0, count: count + 32)
        block = FloatBlock(base: base, count: count)
    }

    deinit { UnsafeMutableRawPointer(block.base).deallocate() }
}
