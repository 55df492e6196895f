#!/bin/sh
# Builds /srv/debian: a signed repository with packages named and divided as Docker's, around the engine of the Debian
# that this runs on, for it or for an older one:
#   build.sh [CODENAME VERSION...]
set -eu
own=$(. /etc/os-release && echo "$VERSION_CODENAME")
[ $# -gt 0 ] || set -- "$own" 27.5.0 27.5.1 28.0.1
codename=$1
shift
case $codename in
bookworm) release=debian.12~bookworm ;;
trixie) release=debian.13~trixie ;;
esac
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
apt-get -qq update
apt-get -qq install --no-install-recommends -y apt-utils gnupg >/dev/null
work=$(mktemp -d -p /var/tmp) # of what lies in /tmp, nothing may be executed, and ldd tells nothing
cd "$work"
chmod 755 "$work"
apt-get -qq download docker.io docker-cli containerd runc
for deb in *.deb; do dpkg-deb --extract "$deb" all; done
# What Debian's engine needs from elsewhere, without what is repackaged here.
needs=$(for deb in docker.io_*.deb containerd_*.deb runc_*.deb; do dpkg-deb --field "$deb" Depends; done |
    tr ',' '\n' | sed 's/^ *//' | grep -Ev '^(docker|containerd|runc|tini)' | sort -u | paste -sd, -)

# An older Debian has older libraries, so the program that needs newer ones brings those it was linked to. The others
# run as they are (and containerd does not survive the change).
relocate() { # folder for the libraries, programs
    libraries=/usr/lib/docker-libraries
    folder=$1$libraries
    shift
    mkdir -p "$folder"
    for program; do
        ldd "$program" >linked 2>/dev/null || continue # a script, or linked to nothing
        awk '$2 == "=>" {print $3} $1 ~ /ld-linux/ {print $1}' linked | xargs -I {} cp --dereference --update=none {} "$folder"
        patchelf --set-interpreter "$libraries/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$libraries" "$program"
    done
}
if [ "$codename" != "$own" ]; then
    apt-get -qq install --no-install-recommends -y patchelf docker.io docker-cli >/dev/null
    relocate containerd.io "$(readlink -f all/usr/bin/runc)" # one program under two names
    test -e "containerd.io$libraries/libc.so.6"
    needs=iptables
fi

package() { # name version depends, files from the folder named like the package
    mkdir -p "$1/DEBIAN"
    printf 'Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: Nobody <nobody@localhost>\nDescription: test\n' \
        "$1" "$2" >"$1/DEBIAN/control"
    [ -z "$3" ] || printf 'Depends: %s\n' "$3" >>"$1/DEBIAN/control"
    [ -z "${4:-}" ] || printf 'Conflicts: %s\nReplaces: %s\n' "$4" "$4" >>"$1/DEBIAN/control"
    dpkg-deb --root-owner-group -Zgzip -z1 --build "$1" "/srv/debian/pool/" >/dev/null
}

scripts() { # name unit: what debhelper writes into packages that bring a service
    mkdir -p "$1/DEBIAN"
    cat >"$1/DEBIAN/postinst" <<POSTINST
#!/bin/sh
set -e
getent group docker >/dev/null || groupadd --system docker
deb-systemd-helper enable $2 >/dev/null || true
systemctl daemon-reload || true
deb-systemd-invoke restart $2 >/dev/null || true
POSTINST
    cat >"$1/DEBIAN/prerm" <<PRERM
#!/bin/sh
set -e
[ "\$1" != remove ] || deb-systemd-invoke stop $2 >/dev/null || true
PRERM
    chmod 755 "$1/DEBIAN/postinst" "$1/DEBIAN/prerm"
}

mkdir -p /srv/debian/pool
mkdir -p containerd.io/usr/bin containerd.io/usr/lib/systemd/system
mv all/usr/bin/containerd* all/usr/bin/ctr containerd.io/usr/bin/
mv all/usr/sbin/runc containerd.io/usr/bin/ 2>/dev/null || mv all/usr/bin/runc containerd.io/usr/bin/
find all -name containerd.service -exec mv {} containerd.io/usr/lib/systemd/system/ \;
scripts containerd.io containerd.service
package containerd.io 1.7.27-1 "$needs" "containerd, runc"

mkdir -p docker-ce/usr/bin docker-ce/usr/lib/systemd/system docker-ce-cli/usr/bin
mv all/usr/bin/docker docker-ce-cli/usr/bin/
mv all/usr/sbin/dockerd docker-ce/usr/bin/
find all/usr -name 'docker-proxy' -exec mv {} docker-ce/usr/bin/ \;
find all/usr -name 'docker-init' -exec mv {} docker-ce/usr/bin/ \;
find all -name docker.service -exec mv {} docker-ce/usr/lib/systemd/system/ \;
find all -name docker.socket -exec mv {} docker-ce/usr/lib/systemd/system/ \;
sed -i 's#/usr/sbin/dockerd#/usr/bin/dockerd#' docker-ce/usr/lib/systemd/system/docker.service
scripts docker-ce docker.service
for version; do
    package docker-ce "5:$version-1~$release" "containerd.io, docker-ce-cli, iptables" docker.io
    package docker-ce-cli "5:$version-1~$release" "" "docker-cli, docker.io"
done

cd /srv/debian
mkdir -p "dists/$codename/stable/binary-amd64"
apt-ftparchive packages pool >"dists/$codename/stable/binary-amd64/Packages"
apt-ftparchive -o APT::FTPArchive::Release::Suite="$codename" -o APT::FTPArchive::Release::Codename="$codename" \
    -o APT::FTPArchive::Release::Components=stable -o APT::FTPArchive::Release::Architectures=amd64 \
    release "dists/$codename" >"$work/Release"
mv "$work/Release" "dists/$codename/Release"
for owner in good wrong; do
    gpg --batch --quiet --passphrase '' --quick-generate-key "$owner@localhost" ed25519 sign never 2>/dev/null
    gpg --batch --armor --export "$owner@localhost" >"$owner.asc"
done
cp good.asc gpg
gpg --batch --yes --local-user good@localhost --clearsign --output "dists/$codename/InRelease" "dists/$codename/Release"
gpg --batch --with-colons --list-keys good@localhost | awk -F: '/^fpr/ {print $10; exit}' >fingerprint
rm -rf "$work"
