# shellcheck shell=bash
# What the machines need, made once and kept below target/vm: a Debian kernel
# with its modules, the two programs linked statically, an initial RAM disk with
# both and busybox, and a release with its key image, made by those programs.
# Sourced by tests/vm/run; sets $kernel, $initrd and $made.

# Modules by name; their dependencies and order come from modprobe.
MODULES=(sd_mod xhci-pci usb-storage vfat nls_cp437 nls_iso8859-1 nls_utf8 nls_ascii
    virtio_pci virtio_blk crc32c_generic ext4)

# Fetches the kernel package that Debian's linux-image-amd64 names now.
fetch_kernel() {
    local to=$1 package
    newest() { apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends: linux-image/ {print $2; exit}'; }
    package=$(newest)
    if [[ -z $package ]] || ! (cd "$to" && apt-get download -qq -o APT::Sandbox::User=root "$package"); then
        # No list of packages, or an old one.
        apt-get update -qq
        package=$(newest)
        [[ -n $package ]] || fail "no kernel package: this part needs Debian's linux-image-amd64"
        (cd "$to" && apt-get download -qq -o APT::Sandbox::User=root "$package")
    fi
    dpkg-deb --fsys-tarfile "$to"/linux-image-*.deb | tar -x -C "$to"
}

# Leaves vmlinuz, the modules and their order in $cache/kernel.
prepare_kernel() {
    [[ -e $cache/kernel/version ]] && return
    local unpacked=$cache/unpacked version module path
    rm -rf "$cache/kernel" "$unpacked"
    mkdir -p "$cache/kernel/modules" "$unpacked"
    fetch_kernel "$unpacked"
    version=$(ls "$unpacked/lib/modules")
    depmod -b "$unpacked" "$version"
    for module in "${MODULES[@]}"; do
        modprobe -d "$unpacked" -S "$version" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' >"$unpacked/order"
    [[ $(wc -l <"$unpacked/order") -ge ${#MODULES[@]} ]] || fail "modules are missing in $version"
    while read -r path; do
        cp "$path" "$cache/kernel/modules/"
        basename "$path"
    done <"$unpacked/order" >"$cache/kernel/order"
    cp "$unpacked/boot/vmlinuz-$version" "$cache/kernel/vmlinuz"
    rm -rf "$unpacked"
    echo "$version" >"$cache/kernel/version"
}

# Both programs without shared libraries: they run in the guest and here.
prepare_programs() {
    RUSTFLAGS="-C target-feature=+crt-static" CARGO_TARGET_DIR=$cache/static \
        CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo build --quiet --release --locked --target x86_64-unknown-linux-gnu --bins
    programs=$cache/static/x86_64-unknown-linux-gnu/release
    local program
    for program in mediaseal mediaseal-verify; do
        is_static "$programs/$program" || fail "$program is not static"
    done
}

# No library is named, whatever ldd calls such a program.
is_static() {
    ! (ldd "$1" 2>/dev/null || true) | grep -q "=>"
}

# A release of publisher example-support by two signers, and its key image.
prepare_release() {
    made=$scratch/made
    mkdir -p "$made/payload/lib"
    head -c 3000000 /dev/urandom >"$made/payload/setup.bin"
    head -c 300001 /dev/urandom >"$made/payload/lib/part.dat"
    echo "a small file" >"$made/payload/note.txt"
    (
        cd "$made"
        local seal=$programs/mediaseal name
        for name in rosa alice bruno; do "$seal" keygen --no-password --out "$name"; done
        "$seal" trust new --publisher example-support --out trust --root rosa.pub \
            --root-threshold 1 --release alice.pub bruno.pub --release-threshold 2
        "$seal" trust sign trust --key rosa.key --yes-version 1
        "$seal" trust export trust --out example.anchor
        "$seal" build "$here/recipe.toml" --payload payload --no-reference --trust trust \
            --tool "$programs/mediaseal-verify" --sequence 1 --out release
        for name in alice bruno; do "$seal" sign release --key "$name.key" --yes-release 1.1; done
        "$seal" pack release --anchor example.anchor --image key.img
    ) >"$made/log" 2>&1 || { cat "$made/log" >&2; fail "the release was not made"; }
    sha256sum "$made/release/SEAL/trust/1.json" | cut -c-64 >"$made/publisher.code"
    key_bytes=$(stat -c %s "$made/key.img")
    key_sha256=$(sha256sum <"$made/key.img" | cut -c-64)
}

# The guest: busybox, modules, programs, guest scripts, the anchor and its code.
prepare_initrd() {
    local root=$scratch/initrd
    is_static /bin/busybox || fail "/bin/busybox is not static: install busybox-static"
    mkdir -p "$root"/{bin,dev,proc,sys,tmp,mnt,var/lib,etc}
    cp /bin/busybox "$programs"/mediaseal{,-verify} "$root/bin/"
    strip "$root"/bin/mediaseal{,-verify}
    cp -r "$cache/kernel/modules" "$cache/kernel/order" "$here/guest" "$root/"
    cp "$made/example.anchor" "$made/publisher.code" "$root/etc/"
    mv "$root/guest/init" "$root/init"
    chmod 755 "$root/init"
    initrd=$scratch/initrd.gz
    (cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc --quiet | gzip -1) >"$initrd"
    rm -rf "$root"
    kernel=$cache/kernel/vmlinuz
}

prepare() {
    prepare_kernel
    prepare_programs
    prepare_release
    prepare_initrd
}
